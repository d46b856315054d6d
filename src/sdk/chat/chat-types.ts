import type { ConnectorException } from '../../common/errors.js';
import type { Outcome } from '../../common/outcomes.js';

export type { Outcome } from '../../common/outcomes.js';

/** Token counts as the provider sent them; 0 where it sent none. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
  reasoningTokens?: number;
  /** Prompt tokens read from the provider's cache. */
  cachedTokens?: number;
  /** Prompt tokens written to the provider's cache. */
  cacheWriteTokens?: number;
}

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text as the model wrote it. */
  arguments: string;
}

/** One thing an answer's stream said. */
export type ChatEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'refusal'; text: string }
  /** A piece of the tool call at `index`; append its `arguments`. */
  | { type: 'tool_call'; index: number; id?: string; name?: string; arguments: string }
  | { type: 'usage'; usage: Usage }
  /** An event in which servers report their own times; its members as they came, without the answer. */
  | { type: 'report'; members: Record<string, unknown> }
  | { type: 'finish'; reason: string }
  | { type: 'error'; error: ConnectorException }
  /** An event that is no JSON or of an unknown form, or content in it that nothing reads; the stream goes on. */
  | { type: 'malformed'; data: string };

/** What a provider wants back, as it came, when the results of an answer's calls are sent to it; others may refuse it. */
export interface Carried {
  /** Members of the assistant's message: its reasoning in the provider's form. */
  message: {
    reasoning_content?: string;
    reasoning_details?: readonly Record<string, unknown>[];
    thinking_blocks?: readonly Record<string, unknown>[];
  };
  /** The `extra_content` of its calls, by their place. */
  calls: Readonly<Record<number, unknown>>;
}

/** What an answer came to. What had arrived before a failure is kept. */
export interface ChatResult {
  outcome: Outcome;
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: ToolCall[];
  /** To be sent back in a turn with tool calls; see `answerMessage`. */
  carried?: Carried;
  finishReason: string | null;
  usage?: Usage;
  /** The model's name as the provider gave it. */
  model?: string;
  error?: ConnectorException;
  malformedEvents: number;
}

/** Whether nothing of an answer has come. */
export function isBare({
  text,
  reasoning,
  refusal,
  toolCalls,
}: Pick<ChatResult, 'text' | 'reasoning' | 'refusal' | 'toolCalls'>): boolean {
  return text === '' && reasoning === '' && refusal === '' && toolCalls.length === 0;
}
