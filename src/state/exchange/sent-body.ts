type Members = Readonly<Record<string, unknown>>;

/** A request's body taken apart: the list that is its conversation, and all that stands beside it. */
export interface SentBody {
  /** What the list is called in its wire format. */
  name: 'messages' | 'input';
  conversation: readonly unknown[];
  others: Members;
}

/** Undefined where the body is no JSON with a conversation. */
export function sentBody(json: string): SentBody | undefined {
  const { messages, input, ...others } = parsed(json);
  const conversation: unknown = messages ?? input;
  if (!Array.isArray(conversation)) return undefined;
  return { name: messages === undefined ? 'input' : 'messages', conversation, others };
}

function parsed(json: string): Members {
  try {
    return membersOf(JSON.parse(json));
  } catch {
    return {};
  }
}

/** The members of a value that has some. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
