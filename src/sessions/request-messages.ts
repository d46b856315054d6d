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
 * A conversation as the next request sends it. Left out are messages without content, and what providers refuse:
 * tool calls that lack a result, and results that lack their call.
 */
export function requestMessages(messages: readonly Message[]): RequestMessage[] {
  const sent: RequestMessage[] = [];
  let answered = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const { role, text, toolCalls, toolCallId } = message;
    if (role === 'assistant') {
      const results = resultsAfter(messages, index);
      const whole = toolCalls.length > 0 && toolCalls.every(({ id }) => results.has(id));
      answered = new Set(whole ? toolCalls.map(({ id }) => id) : []);
      sent.push(...answerMessage(message, whole));
    } else if (role === 'tool') {
      if (toolCallId !== null && answered.has(toolCallId))
        sent.push({ role, content: text, tool_call_id: toolCallId });
    } else if (text !== '' || message.attachments.length > 0) {
      sent.push(role === 'system' ? { role, content: text } : questionMessage(message));
    }
  }
  return sent;
}

function answerMessage({ text, refusal, toolCalls }: Message, withCalls: boolean): RequestMessage[] {
  const content = text === '' ? refusal : text;
  if (withCalls) {
    const tool_calls = toolCalls.map(requestToolCall);
    return [{ role: 'assistant', content: content === '' ? null : content, tool_calls }];
  }
  return content === '' ? [] : [{ role: 'assistant', content }];
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
