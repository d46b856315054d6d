import { isRecord } from '../../common/json.js';
import type { ChatMessage, ContentPart } from '../../connector/messages.js';

/** The roles of the API, by the names that recorded conversations use. */
const ROLES: Record<string, ChatMessage['role']> = {
  system: 'system',
  developer: 'developer',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  assistant: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  bard: 'assistant',
  bing: 'assistant',
  tool: 'tool',
};

/** Members of the API's messages, besides role and content. Recordings have others, e.g. WildChat's `timestamp`. */
const MEMBERS = ['name', 'tool_calls', 'tool_call_id', 'reasoning_content'];

/** Removes the members that only recordings of conversations have. Providers refuse unknown members. */
export function withoutRemarks(message: unknown): unknown {
  if (!isRecord(message)) return message;
  const kept = ['role', 'content', 'from', 'value', ...MEMBERS];
  return Object.fromEntries(Object.entries(message).filter(([name]) => kept.includes(name)));
}

/**
 * Reads messages in the form of the API or of ShareGPT (`from` and `value`).
 * @returns a text with the reason when a message is invalid
 */
export function messagesOf(list: readonly unknown[]): readonly ChatMessage[] | string {
  const messages: ChatMessage[] = [];
  for (const [index, one] of list.entries()) {
    const message = messageOf(one);
    if (typeof message === 'string') return `message ${index + 1}: ${message}`;
    messages.push(message);
  }
  return messages;
}

function messageOf(value: unknown): ChatMessage | string {
  if (!isRecord(value)) return 'this is not an object';
  const name = value.role ?? value.from;
  const role = roleOf(name);
  if (role === undefined) return `the role is ${name === undefined ? 'missing' : JSON.stringify(name)}`;
  const { from: _from, value: text, ...rest } = value;
  const content = value.content ?? text ?? null;
  const message = { ...rest, role, content: Array.isArray(content) ? (contentFrom(content) ?? 0) : content };
  return isMessage(message) ? message : 'the content is neither a string nor a list of parts';
}

function isMessage(value: { role: ChatMessage['role']; content: unknown }): value is ChatMessage {
  const { role, content } = value;
  if (content === null)
    return role === 'assistant' && 'tool_calls' in value && Array.isArray(value.tool_calls);
  if (role === 'tool' && !('tool_call_id' in value)) return false;
  return typeof content === 'string' || (Array.isArray(content) && content.every(isPart));
}

function roleOf(name: unknown): ChatMessage['role'] | undefined {
  return typeof name === 'string' ? ROLES[name.toLowerCase()] : undefined;
}

/** Whether the model has this role. */
export const isAnswer = (role: unknown): boolean => roleOf(role) === 'assistant';

/** Returns the parts of a content, images in the format of the API; undefined when one has another type. */
export function contentFrom(list: readonly unknown[]): readonly ContentPart[] | undefined {
  const parts = list.map((part) => {
    if (!isRecord(part)) return part;
    const { type, image, image_url } = part;
    if (type === 'image' && typeof image === 'string')
      return { type: 'image_url', image_url: { url: image } };
    return type === 'image_url' && typeof image_url === 'string'
      ? { ...part, image_url: { url: image_url } }
      : part;
  });
  return parts.every(isPart) ? parts : undefined;
}

const isPart = (value: unknown): value is ContentPart => isRecord(value) && typeof value.type === 'string';
