import type { ChatMessage } from '../../connector/types.js';

/** How the roles of a conversation are called in records of them. */
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

/**
 * Messages as the API takes them, or as ShareGPT records them (`from` and `value`).
 * @returns why they are none, as text
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
  if (!isObject(value)) return 'it is no object';
  const name = value.role ?? value.from;
  const role = typeof name === 'string' ? ROLES[name.toLowerCase()] : undefined;
  if (role === undefined) return `its role is ${name === undefined ? 'missing' : JSON.stringify(name)}`;
  const { from: _from, value: text, ...rest } = value;
  const message = { ...rest, role, content: value.content ?? text ?? null };
  return isMessage(message) ? message : 'its content is no text and no list of parts';
}

function isMessage(value: { role: ChatMessage['role']; content: unknown }): value is ChatMessage {
  const { role, content } = value;
  if (content === null)
    return role === 'assistant' && 'tool_calls' in value && Array.isArray(value.tool_calls);
  if (role === 'tool' && !('tool_call_id' in value)) return false;
  return typeof content === 'string' || (Array.isArray(content) && content.every(isPart));
}

const isPart = (value: unknown): boolean => isObject(value) && typeof value.type === 'string';

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
