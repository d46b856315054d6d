import { isObject } from '../redact.js';
import type { Exchange, Json, JsonObject, Message, Session } from '../types.js';

/** The request's body as it was sent: the chat's are saved without the conversation, which the session has. */
export function wholeRequest(session: Session, exchange: Exchange): JsonObject {
  const { messages = [], ...others } = exchange.request;
  const first: readonly Json[] = isList(messages) ? messages : [];
  const complete = first.some((message) => isObject(message) && message.role !== 'system');
  if (complete || exchange.questionId === null) return exchange.request;
  const said = branchTo(session.messages, exchange.questionId).flatMap(({ role, text }) =>
    text === '' ? [] : [{ role, content: text }],
  );
  return { ...others, messages: [...first, ...said] };
}

function branchTo(messages: readonly Message[], id: number): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (
    let at = byId.get(id);
    at !== undefined;
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  ) {
    branch.unshift(at);
  }
  return branch;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
