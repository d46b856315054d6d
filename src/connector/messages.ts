import type { Carried, ChatResult } from '../sdk/chat/chat-types.js';

/** A piece of a message's content; see OpenAI's API reference, "Create chat completion". */
export type ContentPart =
  | TextPart
  /** `url`: an address, or the image itself as a `data:` URL. */
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } }
  /** `data`: Base64. */
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } }
  /** `file_data`: a `data:` URL. */
  | { type: 'file'; file: { filename?: string; file_data?: string; file_id?: string } };

export interface TextPart {
  type: 'text';
  text: string;
}

/** A call of a tool, as a message of the assistant carries it. */
export interface ToolCallRequest {
  id: string;
  type: 'function';
  /** `arguments`: JSON text as the model wrote it. */
  function: { name: string; arguments: string };
  /** As it came with the call, for the provider that it came from. */
  extra_content?: unknown;
}

/** One message of a conversation, in the form in which it is sent. */
export type ChatMessage =
  | { role: 'system' | 'developer'; content: string | readonly TextPart[]; name?: string }
  | { role: 'user'; content: string | readonly ContentPart[]; name?: string }
  | ({
      role: 'assistant';
      content: string | readonly TextPart[];
      tool_calls?: readonly ToolCallRequest[];
    } & Carried['message'])
  /** Without text: nothing but tool calls. */
  | ({ role: 'assistant'; content: null; tool_calls: readonly ToolCallRequest[] } & Carried['message'])
  /** What a tool answered to the call with this id. */
  | { role: 'tool'; content: string | readonly TextPart[]; tool_call_id: string };

/**
 * An answer as a message, to go on with the conversation; its tool calls want an answer each. It has what the provider
 * wants back with them.
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
