import { type QuestionMessage, questionMessage } from '../common/attachments.js';
import type { Message, ToolCall } from './types.js';

/** A message as a chat completion's request has it. */
export type RequestMessage =
  | { role: 'system'; content: string }
  | QuestionMessage
  | { role: 'assistant'; content: string }
  | { role: 'assistant'; content: string | null; tool_calls: RequestToolCall[] }
  | { role: 'tool'; content: string; tool_call_id: string };

interface RequestToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/**
 * Returns a conversation as the next request sends it. It leaves out messages without content, and what providers refuse:
 * tool calls that lack a result, and results that lack their call.
 */
export function requestMessages(messages: readonly Message[]): RequestMessage[] {
  return eachRequestMessage(messages).map(({ sent }) => sent);
}

/** Returns the same, each with the message that it was made of. */
export function eachRequestMessage(
  messages: readonly Message[],
): { message: Message; sent: RequestMessage }[] {
  let answered = new Set<string>();
  const sentFor = (message: Message, index: number): RequestMessage | undefined => {
    const { role, text, toolCalls, toolCallId, attachments } = message;
    if (role === 'assistant') {
      const results = resultsAfter(messages, index);
      const whole = toolCalls.length > 0 && toolCalls.every(({ id }) => results.has(id));
      answered = new Set(whole ? toolCalls.map(({ id }) => id) : []);
      return answerMessage(message, whole);
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

function answerMessage(
  { text, refusal, toolCalls }: Message,
  withCalls: boolean,
): RequestMessage | undefined {
  const content = text === '' ? refusal : text;
  if (withCalls) {
    const tool_calls = toolCalls.map(requestToolCall);
    return { role: 'assistant', content: content === '' ? null : content, tool_calls };
  }
  return content === '' ? undefined : { role: 'assistant', content };
}

/** A tool call as a message of the assistant carries it. */
export function requestToolCall({ id, name, arguments: args }: ToolCall): RequestToolCall {
  return { id, type: 'function', function: { name, arguments: args } };
}

/** The calls that the messages right after `index` are results of. */
function resultsAfter(messages: readonly Message[], index: number): Set<string> {
  const ids = new Set<string>();
  for (let at = index + 1; messages[at]?.role === 'tool'; at += 1) {
    const id = messages[at]?.toolCallId;
    if (typeof id === 'string') ids.add(id);
  }
  return ids;
}
