import { type QuestionMessage, questionMessage } from '../common/chat/attachments.js';
import type { Carried } from '../common/chat/carried.js';
import type { Message, ToolCall } from './types.js';

/** A message in the format of a chat completion's request. */
export type RequestMessage =
  | { role: 'system'; content: string }
  | QuestionMessage
  | ({ role: 'assistant'; content: string } & Carried['message'])
  | ({ role: 'assistant'; content: string | null; tool_calls: RequestToolCall[] } & Carried['message'])
  | { role: 'tool'; content: string; tool_call_id: string };

interface RequestToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  extra_content?: unknown;
}

/** The request's endpoint. An answer's carried members are only sent to the endpoint they came from. */
export interface RequestEndpoint {
  endpoint: string;
  model: string;
}

/**
 * Returns a conversation as the next request sends it. It leaves out messages without content, tool calls without a
 * result, and results without their call, because providers refuse them.
 */
export function requestMessages(messages: readonly Message[], endpoint?: RequestEndpoint): RequestMessage[] {
  return eachRequestMessage(messages, endpoint).map(({ sent }) => sent);
}

/** Like `requestMessages`, but pairs each result with its original message. */
export function eachRequestMessage(
  messages: readonly Message[],
  asked?: RequestEndpoint,
): { message: Message; sent: RequestMessage }[] {
  let answered = new Set<string>();
  const sentFor = (message: Message, index: number): RequestMessage | undefined => {
    const { role, text, toolCalls, toolCallId, attachments } = message;
    if (role === 'assistant') {
      const results = resultsAfter(messages, index);
      const whole = toolCalls.length > 0 && toolCalls.every(({ id }) => results.has(id));
      answered = new Set(whole ? toolCalls.map(({ id }) => id) : []);
      const own = message.endpoint === asked?.endpoint && message.model === asked?.model;
      const carried = own ? message.carried : null;
      return answerMessage(message, whole, carried, messages[index - 1]?.role === 'tool');
    }
    if (role === 'tool') {
      const known = toolCallId !== null && answered.has(toolCallId);
      return known ? { role, content: text, tool_call_id: toolCallId } : undefined;
    }
    if (text === '' && attachments.length === 0) return undefined;
    return role === 'system' ? { role, content: text } : questionMessage(message);
  };
  return messages.flatMap((message, index) => {
    const sent = sentFor(message, index);
    return sent === undefined ? [] : [{ message, sent }];
  });
}

/** @param ends the answer follows tool results, so it ends a turn with calls */
function answerMessage(
  { text, refusal, toolCalls }: Message,
  withCalls: boolean,
  carried: Carried | null,
  ends: boolean,
): RequestMessage | undefined {
  const content = text === '' ? refusal : text;
  if (withCalls) {
    const tool_calls = toolCalls.map((call, index) => {
      const extra = carried?.calls[index];
      return { ...requestToolCall(call), ...(extra !== undefined && { extra_content: extra }) };
    });
    return {
      role: 'assistant',
      content: content === '' ? null : content,
      tool_calls,
      ...carried?.message,
    };
  }
  if (content === '') return undefined;
  return { role: 'assistant', content, ...(ends && carried?.message) };
}

/** Returns a tool call in the format of an assistant's message. */
export function requestToolCall({ id, name, arguments: args }: ToolCall): RequestToolCall {
  return { id, type: 'function', function: { name, arguments: args } };
}

/** Returns the ids of the calls whose results directly follow the message at `index`. */
function resultsAfter(messages: readonly Message[], index: number): Set<string> {
  const ids = new Set<string>();
  for (let at = index + 1; messages[at]?.role === 'tool'; at += 1) {
    const id = messages[at]?.toolCallId;
    if (typeof id === 'string') ids.add(id);
  }
  return ids;
}
