import { isRecord } from '../../common/json.js';
import type { ChatMessage } from '../../connector/types.js';
import { messagesOf } from './messages.js';
import type { Conversation, Turn } from './prompt.js';

/** One entry of a prompt file: a request or a conversation. */
export interface Entry {
  readonly form: 'prompt' | 'messages' | 'OpenAI batch' | 'ShareGPT' | 'turns';
  readonly messages: readonly ChatMessage[];
  readonly maxTokens?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

const CHAT_PATH = /\/chat\/completions$/;
/** Names of members that hold a prompt, in order of preference. */
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
/** Members of a batch line's body that the test replaces. */
const OWN_MEMBERS = ['model', 'messages', 'stream', 'stream_options', 'max_tokens'];

/**
 * Reads one value of a prompt file: a string or an object in a known form.
 * @returns a text with the reason when the value is no prompt
 */
export function entryOf(value: unknown): Entry | string {
  if (typeof value === 'string') return { form: 'prompt', messages: [{ role: 'user', content: value }] };
  if (!isRecord(value)) return 'this is neither a string nor an object';
  if (isRecord(value.body) && !('messages' in value)) return batchEntry(value, value.body);
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
    // `instruction` and `input` are two parts of one question.
    const more = name === 'instruction' && typeof value.input === 'string' ? value.input.trim() : '';
    const content = more === '' ? prompt : `${prompt}\n\n${more}`;
    return withMessages('prompt', [...systemOf(value), { role: 'user', content }], limit);
  }
  if ('timestamp' in value || 'TIMESTAMP' in value || 'hash_ids' in value) {
    return 'give the file to --trace: this is a trace of arrivals without text';
  }
  return `add prompt, messages, body or conversations: this object has ${Object.keys(value).slice(0, 8).join(', ') || 'no members'}`;
}

/**
 * Converts an entry to a conversation; undefined when the entry has no question.
 * @param most largest number of turns; 1: a request with unchanged messages, or the first question of a recorded
 * conversation
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

/** Splits messages into turns. Each question begins a turn, which includes the recorded answers. */
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

/** Removes answers at the end, which must not be sent. */
function withoutLastAnswer(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(0, messages.findLastIndex(({ role }) => role !== 'assistant') + 1);
}

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
const isQuestion = (message: ChatMessage): boolean => !isInstruction(message) && message.content !== '';

function batchEntry({ url }: Record<string, unknown>, body: Record<string, unknown>): Entry | string {
  if (typeof url === 'string' && !CHAT_PATH.test(url)) {
    return `use requests to /v1/chat/completions only: this is a request to ${url}`;
  }
  if (!Array.isArray(body.messages)) return 'the body has no messages';
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

/** Returns the largest number of tokens of the answer, or a text with the reason when it is invalid. */
function limitOf(value: Record<string, unknown>): number | string | undefined {
  for (const name of LENGTH_NAMES) {
    const given = value[name];
    if (given === undefined || given === null || given === '') continue;
    const limit = typeof given === 'string' ? Number(given) : given;
    if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return limit;
    return `${name} must be a whole number from 1`;
  }
  return undefined;
}

function systemOf(value: Record<string, unknown>): ChatMessage[] {
  const content = SYSTEM_NAMES.map((name) => value[name]).find(
    (one) => typeof one === 'string' && one !== '',
  );
  return typeof content === 'string' ? [{ role: 'system', content }] : [];
}

/** A turn is a string or an object with a string. */
function questionOf(turn: unknown): unknown {
  const content = isRecord(turn)
    ? PROMPT_NAMES.map((name) => turn[name]).find((one) => one !== undefined)
    : turn;
  return { role: 'user', content };
}
