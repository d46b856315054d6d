import type { Carried } from '../../common/chat/carried.js';
import type { Outcome } from '../../common/chat/outcomes.js';
import type { Usage } from '../../common/chat/usage.js';
import type { ConnectorException } from '../../common/errors.js';

/** A call of a tool that the model asks for. */
export interface ToolCall {
  id: string;
  name: string;
  /** The JSON text that the model wrote, unchecked. */
  arguments: string;
}

/** An event of an answer's stream. */
export type ChatEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'refusal'; text: string }
  /**
   * Replaces the reasoning and the text so far. A closing tag without an opening one, such as `</think>`, has shown that
   * the text before it was reasoning. When a gateway begins the answer again, both members are empty. Then earlier tool
   * calls don't count either. When a gateway has marked all of a whole answer as reasoning, it becomes the text.
   */
  | { type: 'split'; reasoning: string; text: string }
  /** A delta of the tool call at `index`. Append its `name` and its `arguments` to those before. */
  | { type: 'tool_call'; index: number; id?: string; name?: string; arguments: string }
  | { type: 'usage'; usage: Usage }
  /** The server's own times: the members of the event that report them, unchanged. */
  | { type: 'report'; members: Record<string, unknown> }
  | { type: 'finish'; reason: string }
  | { type: 'error'; error: ConnectorException }
  /** An event that is not JSON or has an unknown form, or unknown content in an event. The stream continues. */
  | { type: 'malformed'; data: string };

/** The result of an answer. Output that arrived before a failure is kept. */
export interface ChatResult {
  outcome: Outcome;
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: ToolCall[];
  /** Send this back with the results of the tool calls; see `answerMessage`. */
  carried?: Carried;
  finishReason: string | null;
  usage?: Usage;
  /** The model's name as the provider sent it. */
  model?: string;
  error?: ConnectorException;
  malformedEvents: number;
  /** Number of characters that the server sent again and that are left out; absent when there are none. */
  repeatedChars?: number;
}

/** Whether no part of an answer has arrived. */
export function isBare({
  text,
  reasoning,
  refusal,
  toolCalls,
}: Pick<ChatResult, 'text' | 'reasoning' | 'refusal' | 'toolCalls'>): boolean {
  return text === '' && reasoning === '' && refusal === '' && toolCalls.length === 0;
}

/** Keeps the first model that an answer's events name. */
export function keepModel(result: ChatResult, model: unknown): void {
  if (typeof model === 'string' && model !== '') result.model ??= model;
}
