import { isList, isObject, toJson } from '../redact.js';
import { requestMessages } from '../request-messages.js';
import type { Exchange, Json, JsonObject, Message, Session } from '../types.js';

/** The request's body as it was sent: the chat's are saved without the conversation, which the session has. */
export function wholeRequest(session: Session, exchange: Exchange): JsonObject {
  const { messages = [], ...others } = exchange.request;
  const first: readonly Json[] = isList(messages) ? messages : [];
  const complete = first.some((message) => isObject(message) && message.role !== 'system');
  if (complete || exchange.questionId === null) return exchange.request;
  const said = toJson(requestMessages(branchTo(session.messages, exchange.questionId)));
  return { ...others, messages: [...first, ...(isList(said) ? said : [])] };
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
