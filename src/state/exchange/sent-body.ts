import { parseJson } from '../../common/json.js';

type Members = Readonly<Record<string, unknown>>;

/** A parsed request body: the conversation and all other members. */
export interface SentBody {
  /** The conversation's name in the wire format. */
  name: 'messages' | 'input';
  conversation: readonly unknown[];
  others: Members;
}

/** Parses a body; undefined when it isn't JSON with a conversation. */
export function sentBody(json: string): SentBody | undefined {
  const { messages, input, ...others } = membersOf(parseJson(json));
  const conversation: unknown = messages ?? input;
  if (!Array.isArray(conversation)) return undefined;
  return { name: messages === undefined ? 'input' : 'messages', conversation, others };
}

/** Returns a copy of an object's members; empty for other values. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
