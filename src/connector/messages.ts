import type { Carried } from '../common/chat/carried.js';
import type { ChatResult } from '../sdk/chat/chat-types.js';

/** A part of a message's content; see OpenAI's API reference, "Create chat completion". */
export type ContentPart =
  | TextPart
  /** `url`: an address, or the image itself as a `data:` URL. */
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } }
  /** `data`: Base64. */
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } }
  /** `file_data`: a `data:` URL. */
  | { type: 'file'; file: { filename?: string; file_data?: string; file_id?: string } };

/** A text in the content of a message. */
export interface TextPart {
  type: 'text';
  text: string;
}

/** A tool call in a message of the assistant. */
export interface ToolCallRequest {
  id: string;
  type: 'function';
  /** `arguments`: the JSON text that the model wrote. */
  function: { name: string; arguments: string };
  /** Data that the provider sent with the call, and gets back unchanged. */
  extra_content?: unknown;
}

/** One message of a conversation, in the form of a chat completion. */
export type ChatMessage =
  | { role: 'system' | 'developer'; content: string | readonly TextPart[]; name?: string }
  | { role: 'user'; content: string | readonly ContentPart[]; name?: string }
  | ({
      role: 'assistant';
      content: string | readonly TextPart[];
      tool_calls?: readonly ToolCallRequest[];
    } & Carried['message'])
  /** A message with tool calls only. */
  | ({ role: 'assistant'; content: null; tool_calls: readonly ToolCallRequest[] } & Carried['message'])
  /** A tool's result for the call with this id. */
  | { role: 'tool'; content: string | readonly TextPart[]; tool_call_id: string };

/**
 * Converts an answer to a message that continues the conversation. Each of its tool calls needs a result. The message
 * includes the data that the provider requires back with the calls.
 */
export function answerMessage({
  text,
  toolCalls,
  carried,
}: Pick<ChatResult, 'text' | 'toolCalls' | 'carried'>): ChatMessage {
  if (toolCalls.length === 0) return { role: 'assistant', content: text };
  const tool_calls = toolCalls.map(
    ({ id, name, arguments: args }, index): ToolCallRequest => ({
      id,
      type: 'function',
      function: { name, arguments: args },
      ...(carried?.calls[index] !== undefined && { extra_content: carried.calls[index] }),
    }),
  );
  return { role: 'assistant', content: text === '' ? null : text, tool_calls, ...carried?.message };
}
