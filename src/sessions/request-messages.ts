import type { Attachment, Message, ToolCall } from './types.js';

/** A message as a chat completion's request has it. */
export type RequestMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | RequestPart[] }
  | { role: 'assistant'; content: string }
  | { role: 'assistant'; content: string | null; tool_calls: RequestToolCall[] }
  | { role: 'tool'; content: string; tool_call_id: string };

interface RequestToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

type RequestPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } }
  | { type: 'file'; file: { filename: string; file_data: string } };

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

/** A question with its attachments as a request has it. */
export function questionMessage({
  text,
  attachments,
}: Pick<Message, 'text' | 'attachments'>): RequestMessage & { role: 'user' } {
  const parts = attachments.flatMap(partOf);
  if (parts.length === 0) return { role: 'user', content: text };
  return { role: 'user', content: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...parts] };
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

function partOf({ name, type, data, url }: Attachment): RequestPart[] {
  const address = data === null ? url : `data:${type};base64,${data}`;
  if (address === null) return [];
  if (type.startsWith('image/')) return [{ type: 'image_url', image_url: { url: address } }];
  const format = type === 'audio/wav' ? 'wav' : type === 'audio/mpeg' ? 'mp3' : undefined;
  if (format !== undefined && data !== null) return [{ type: 'input_audio', input_audio: { data, format } }];
  return data === null ? [] : [{ type: 'file', file: { filename: name, file_data: address } }];
}
