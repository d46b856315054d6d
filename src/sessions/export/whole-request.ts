import { isList, isObject, toJson } from '../json.js';
import { requestMessages } from '../request-messages.js';
import type { Exchange, Json, JsonObject, Message, Session } from '../types.js';
import { httpHeadsOf } from './http-heads.js';

/** Translates a chat completion's messages to a wire format. Returns the request's members with the conversation. */
export type Translate = (api: string, messages: readonly Json[]) => object;

/** Rebuilds the request's body as it was sent: the saved body lacks the conversation, which is in the session. */
export function wholeRequest(session: Session, exchange: Exchange, translate: Translate): JsonObject {
  const completion = chatCompletion(session, exchange);
  const { api, body } = httpHeadsOf(exchange);
  const { messages = [] } = completion;
  if (body === undefined) return completion;
  const conversation = toJson(translate(api, isList(messages) ? messages : []));
  return { ...body, ...(isObject(conversation) && conversation) };
}

/** Returns the request as a chat completion. */
function chatCompletion(session: Session, exchange: Exchange): JsonObject {
  const { messages = [], ...others } = exchange.request;
  const first: readonly Json[] = isList(messages) ? messages : [];
  const complete = first.some((message) => isObject(message) && message.role !== 'system');
  if (complete || exchange.questionId === null) return exchange.request;
  const conversation = toJson(requestMessages(branchTo(session.messages, exchange.questionId), exchange));
  return { ...others, messages: [...first, ...(isList(conversation) ? conversation : [])] };
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
