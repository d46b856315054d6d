import type { ChatMessage } from '../../connector/types.js';
import { isObject, messagesOf } from './messages.js';
import type { Conversation, Turn } from './prompt.js';

/** What a file has for one request, or for one conversation. */
export interface Entry {
  readonly form: 'prompt' | 'messages' | 'OpenAI batch' | 'ShareGPT' | 'turns';
  readonly messages: readonly ChatMessage[];
  readonly maxTokens?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

const CHAT_PATH = /\/chat\/completions$/;
/** Members that hold a prompt, in the order in which they are looked for. */
export const PROMPT_NAMES = [
  'prompt',
  'text',
  'text_input',
  'question',
  'instruction',
  'input',
  'query',
] as const;
export const CONVERSATION_NAMES = ['conversations', 'conversation', 'items'] as const;
const SYSTEM_NAMES = ['system', 'system_prompt'];
const LENGTH_NAMES = [
  'max_tokens',
  'max_completion_tokens',
  'output_tokens',
  'output_length',
  'output_tokens_count',
];
/** Of the body of a batch line: what the test itself decides. */
const OWN_MEMBERS = ['model', 'messages', 'stream', 'stream_options', 'max_tokens'];

/**
 * Reads one value of a file of prompts: a text, or an object in a form that is known.
 * @returns why it is none, as text
 */
export function entryOf(value: unknown): Entry | string {
  if (typeof value === 'string') return { form: 'prompt', messages: [{ role: 'user', content: value }] };
  if (!isObject(value)) return 'it is neither a text nor an object';
  if (isObject(value.body) && !('messages' in value)) return batchEntry(value, value.body);
  const limit = limitOf(value);
  if (Array.isArray(value.messages)) return withMessages('messages', value.messages, limit);
  for (const name of CONVERSATION_NAMES) {
    const list = value[name];
    if (Array.isArray(list)) return withMessages('ShareGPT', [...systemOf(value), ...list], limit);
  }
  if (Array.isArray(value.turns)) {
    return withMessages('turns', [...systemOf(value), ...value.turns.map(questionOf)], limit);
  }
  for (const name of PROMPT_NAMES) {
    const prompt = value[name];
    if (Array.isArray(prompt)) return withMessages('messages', prompt, limit);
    if (typeof prompt !== 'string') continue;
    // An instruction with an input is one question in two parts.
    const more = name === 'instruction' && typeof value.input === 'string' ? value.input.trim() : '';
    const content = more === '' ? prompt : `${prompt}\n\n${more}`;
    return withMessages('prompt', [...systemOf(value), { role: 'user', content }], limit);
  }
  if ('timestamp' in value || 'TIMESTAMP' in value || 'hash_ids' in value) {
    return 'it is a trace of arrivals and has no text: give the file to --trace';
  }
  return `it has none of prompt, messages, body and conversations; it has ${Object.keys(value).slice(0, 8).join(', ') || 'no members'}`;
}

/**
 * What is asked of an entry; undefined when there is nothing to ask.
 * @param most how many turns; 1: a request with its messages as they are, or the first question of a conversation's record
 */
export function conversationOf(entry: Entry, most: number): Conversation | undefined {
  const { form, messages, maxTokens, body } = entry;
  const record = form === 'ShareGPT' || form === 'turns';
  const turns = most > 1 || record ? turnsOf(messages) : [{ messages: withoutLastAnswer(messages) }];
  const [first, ...others] = turns
    .filter((turn) => turn.messages.some(isQuestion))
    .slice(0, most)
    .map(
      (turn): Turn => ({
        ...turn,
        ...(maxTokens !== undefined && { maxTokens }),
        ...(body !== undefined && { body }),
      }),
    );
  return first && [first, ...others];
}

/** A turn begins with each question, and has what was answered to it. */
function turnsOf(messages: readonly ChatMessage[]): Turn[] {
  const turns: { messages: ChatMessage[]; recorded: ChatMessage[] }[] = [];
  for (const message of messages) {
    const asks = message.role === 'user' || isInstruction(message);
    let turn = turns.at(-1);
    const full = turn !== undefined && (turn.recorded.length > 0 || turn.messages.some(isQuestion));
    if (turn === undefined || (asks && full)) {
      turn = { messages: [], recorded: [] };
      turns.push(turn);
    }
    turn[asks ? 'messages' : 'recorded'].push(message);
  }
  return turns;
}

/** Answers at the end are kept beside a request, not sent. */
function withoutLastAnswer(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(0, messages.findLastIndex(({ role }) => role !== 'assistant') + 1);
}

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
const isQuestion = (message: ChatMessage): boolean => !isInstruction(message) && message.content !== '';

function batchEntry({ url }: Record<string, unknown>, body: Record<string, unknown>): Entry | string {
  if (typeof url === 'string' && !CHAT_PATH.test(url)) {
    return `it is a request to ${url}: only those to /v1/chat/completions can be sent`;
  }
  if (!Array.isArray(body.messages)) return 'its body has no messages';
  const rest = Object.entries(body).filter(([name]) => !OWN_MEMBERS.includes(name));
  const entry = withMessages('OpenAI batch', body.messages, limitOf({ max_tokens: body.max_tokens }));
  return typeof entry === 'string' || rest.length === 0
    ? entry
    : { ...entry, body: Object.fromEntries(rest) };
}

function withMessages(
  form: Entry['form'],
  list: readonly unknown[],
  limit: number | string | undefined,
): Entry | string {
  if (typeof limit === 'string') return limit;
  const messages = messagesOf(list);
  if (typeof messages === 'string') return messages;
  return { form, messages, ...(limit !== undefined && { maxTokens: limit }) };
}

/** How long the answer may be, in tokens; a text says what is wrong. */
function limitOf(value: Record<string, unknown>): number | string | undefined {
  for (const name of LENGTH_NAMES) {
    const given = value[name];
    if (given === undefined || given === null || given === '') continue;
    const limit = typeof given === 'string' ? Number(given) : given;
    if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return limit;
    return `its ${name} is no whole number from 1`;
  }
  return undefined;
}

function systemOf(value: Record<string, unknown>): ChatMessage[] {
  const content = SYSTEM_NAMES.map((name) => value[name]).find(
    (one) => typeof one === 'string' && one !== '',
  );
  return typeof content === 'string' ? [{ role: 'system', content }] : [];
}

/** A turn is a text, or an object with one. */
function questionOf(turn: unknown): unknown {
  const content = isObject(turn)
    ? PROMPT_NAMES.map((name) => turn[name]).find((one) => one !== undefined)
    : turn;
  return { role: 'user', content };
}
