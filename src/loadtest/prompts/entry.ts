import { isRecord } from '../../common/json.js';
import type { ChatMessage } from '../../connector/messages.js';
import { type RequestMembers, requestMembersOf, systemOf } from './members.js';
import { isAnswer, messagesOf, withoutRemarks } from './messages.js';
import type { Conversation, Turn } from './prompt.js';
import { PROMPT_NAMES, questionIn, withImagesOf } from './question.js';
import { sessionOf } from './sessions.js';
import { indexedTurnsIn, payloadTurnsIn, turnsIn } from './turn-list.js';

/** Advice for a file of `--trace` that is given as a file of prompts. */
export const IS_TRACE = 'give the file to --trace: this is a trace of arrivals without text';

/** One entry of a prompt file: a request or a conversation. */
export interface Entry extends RequestMembers {
  readonly form: 'prompt' | 'messages' | 'OpenAI batch' | 'ShareGPT' | 'turns' | 'payloads';
  readonly messages: readonly ChatMessage[];
  /** The conversation, if the file lists its turns separately; `messages` is then empty. */
  readonly turns?: readonly Turn[];
}

const CHAT_PATH = /\/chat\/completions$/;
export const CONVERSATION_NAMES = ['conversations', 'conversation', 'items'] as const;
const PAYLOAD_NAMES = ['payloads', 'payload'];

/**
 * Reads one value of a prompt file: a string or an object in a known form.
 * @returns a text with the reason when the value is not a prompt
 */
export function entryOf(value: unknown): Entry | string {
  if (typeof value === 'string') return { form: 'prompt', messages: [{ role: 'user', content: value }] };
  if (!isRecord(value)) return 'this is neither a string nor an object';
  const entry = promptIn(value);
  if (entry !== undefined) return entry;
  if ('timestamp' in value || 'TIMESTAMP' in value || 'hash_ids' in value) {
    return IS_TRACE;
  }
  return `add prompt, messages, body or conversations: this object has ${Object.keys(value).slice(0, 8).join(', ') || 'no members'}`;
}

/** Reads an object in a known form; undefined when no member holds a prompt. */
export function promptIn(value: Readonly<Record<string, unknown>>): Entry | string | undefined {
  if (isRecord(value.body) && !('messages' in value)) return batchEntry(value, value.body);
  if (Array.isArray(value.messages)) return withMessages('messages', value.messages, value);
  for (const name of CONVERSATION_NAMES) {
    const list = value[name];
    if (Array.isArray(list))
      return withMessages('ShareGPT', [...systemOf(value), ...list.map(withoutRemarks)], value);
  }
  for (const name of PAYLOAD_NAMES) {
    const list = isRecord(value[name]) ? [value[name]] : value[name];
    if (!Array.isArray(list)) continue;
    const turns = payloadTurnsIn(list);
    return typeof turns === 'string' ? turns : { form: 'payloads', messages: [], turns };
  }
  if (Array.isArray(value.turns)) return withTurns(turnsIn(value.turns, systemOf(value)), value);
  const indexed = indexedTurnsIn(value, systemOf(value));
  if (indexed !== undefined) return withTurns(indexed, value);
  for (const name of PROMPT_NAMES) {
    const list = value[name];
    // perf_analyzer writes a text in a list of one, which is not a message.
    if (Array.isArray(list) && !(list.length === 1 && typeof list[0] === 'string'))
      return withMessages('messages', list, value);
  }
  if (typeof value.role === 'string') {
    if (sessionOf(value) !== undefined || ('text' in value && isAnswer(value.role)))
      return messageEntry(value);
    if ('content' in value)
      return 'write {"messages": […]} around a conversation: this is a single message of one';
  }
  const question = questionIn(value);
  if (question === undefined || typeof question === 'string') return question;
  return withRequest('prompt', [...systemOf(value), { role: 'user', content: question.content }], value);
}

/**
 * Converts an entry to a conversation; undefined when the entry has no question.
 * @param most largest number of turns; 1: a request with unchanged messages, or the first question of a recorded
 * conversation
 */
export function conversationOf(entry: Entry, most: number): Conversation | undefined {
  const { form, messages, maxTokens, body } = entry;
  const record = form === 'ShareGPT';
  const turns =
    entry.turns ?? (most > 1 || record ? turnsOf(messages) : [{ messages: withoutLastAnswer(messages) }]);
  const [first, ...others] = turns
    .filter((turn) => turn.messages.some(isQuestion))
    .slice(0, most)
    .map(
      (turn): Turn => ({
        ...(maxTokens !== undefined && { maxTokens }),
        ...(body !== undefined && { body }),
        ...turn,
      }),
    );
  return first && [first, ...others];
}

/** Splits messages into turns. Each question begins a turn, which includes the recorded answers. */
export function turnsOf(messages: readonly ChatMessage[]): Turn[] {
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
export function withoutLastAnswer(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(0, messages.findLastIndex(({ role }) => role !== 'assistant') + 1);
}

export const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
export const isQuestion = (message: ChatMessage): boolean =>
  !isInstruction(message) && message.content !== '';

function batchEntry({ url }: Record<string, unknown>, body: Record<string, unknown>): Entry | string {
  if (typeof url === 'string' && !CHAT_PATH.test(url)) {
    return `use requests to /v1/chat/completions only: this is a request to ${url}`;
  }
  if (!Array.isArray(body.messages)) return 'add messages to the body: the entry has none';
  const messages = messagesOf(body.messages);
  return typeof messages === 'string' ? messages : withRequest('OpenAI batch', messages, body, true);
}

/** Reads one message of a session that has a separate entry for each message. */
function messageEntry(value: Readonly<Record<string, unknown>>): Entry | string {
  const { role, content, text = null, tool_calls, tool_call_id } = value;
  const tools = { ...(tool_calls != null && { tool_calls }), ...(tool_call_id != null && { tool_call_id }) };
  return withMessages('messages', [{ role, content: content ?? text, ...tools }], value);
}

function withMessages(
  form: Entry['form'],
  list: readonly unknown[],
  value: Readonly<Record<string, unknown>>,
): Entry | string {
  const messages = messagesOf(list);
  const all = typeof messages === 'string' ? messages : withImagesOf(messages, value);
  return typeof all === 'string' ? all : withRequest(form, all, value);
}

function withRequest(
  form: Entry['form'],
  messages: readonly ChatMessage[],
  value: Readonly<Record<string, unknown>>,
  whole = false,
): Entry | string {
  const request = requestMembersOf(value, whole);
  return typeof request === 'string' ? request : { form, messages, ...request };
}

function withTurns(
  turns: readonly Turn[] | string,
  value: Readonly<Record<string, unknown>>,
): Entry | string {
  if (typeof turns === 'string') return turns;
  const entry = withRequest('turns', [], value);
  return typeof entry === 'string' ? entry : { ...entry, turns };
}
