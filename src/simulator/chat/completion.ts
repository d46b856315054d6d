import type { ToolCall } from '../content/tool-calls.js';
import type { ChoiceLogprobs } from './logprobs.js';

/** Members that are the same in all parts of one answer. */
export interface CompletionIdentity {
  id: string;
  /** Unix time in seconds. */
  created: number;
  model: string;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** One choice of an answer. */
export interface Choice {
  reasoning: string;
  text: string;
  calls: readonly ToolCall[];
  logprobs: ChoiceLogprobs | null;
  finishReason: FinishReason;
}

export interface TokenUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: {
    reasoning_tokens: number;
    audio_tokens: number;
    accepted_prediction_tokens: number;
    rejected_prediction_tokens: number;
  };
}

const SERVICE_TIER = 'default';
const FINGERPRINT = 'fp_simulator';

/** Returns the `usage` member of an answer. @param completionTokens tokens of all choices, including reasoning */
export function usageOf(promptTokens: number, completionTokens: number, reasoningTokens = 0): TokenUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Returns the `chat.completion` object of an answer that is not streamed. */
export function completion(
  identity: CompletionIdentity,
  choices: readonly Choice[],
  usage: TokenUsage,
): unknown {
  return {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model: identity.model,
    choices: choices.map(({ reasoning, text, calls, logprobs, finishReason }, index) => ({
      index,
      message: {
        role: 'assistant',
        content: calls.length > 0 ? null : text,
        refusal: null,
        annotations: [],
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls.map(toolCallObject) }),
      },
      logprobs,
      finish_reason: finishReason,
    })),
    usage,
    service_tier: SERVICE_TIER,
    system_fingerprint: FINGERPRINT,
  };
}

function toolCallObject({ id, name, arguments: text }: ToolCall): unknown {
  return { id, type: 'function', function: { name, arguments: text } };
}

/** Writes the server-sent events of a streamed answer. */
export interface ChunkWriter {
  delta(
    choice: number,
    delta: unknown,
    finishReason: FinishReason | null,
    logprobs?: ChoiceLogprobs | null,
  ): string;
  usage(usage: TokenUsage): string;
}

/**
 * Creates the writer for one answer.
 * @param includeUsage whether every chunk has `usage`, which is null except in the last one, as in OpenAI's streams
 */
export function createChunkWriter(identity: CompletionIdentity, includeUsage: boolean): ChunkWriter {
  // The shared members are encoded once, so that each chunk only needs its delta to be encoded.
  const shared = JSON.stringify({
    id: identity.id,
    object: 'chat.completion.chunk',
    created: identity.created,
    model: identity.model,
    service_tier: SERVICE_TIER,
    system_fingerprint: FINGERPRINT,
  });
  const head = `${shared.slice(0, -1)},"choices":[`;
  const tail = includeUsage ? '],"usage":null}' : ']}';
  return {
    delta(choice, delta, finishReason, logprobs) {
      const likely = logprobs == null ? 'null' : JSON.stringify(logprobs);
      const finish = finishReason === null ? 'null' : `"${finishReason}"`;
      return sseEvent(
        `${head}{"index":${choice},"delta":${JSON.stringify(delta)},"logprobs":${likely},"finish_reason":${finish}}${tail}`,
      );
    },
    usage: (usage) => sseEvent(`${head}],"usage":${JSON.stringify(usage)}}`),
  };
}

/** Returns one event. `data` must not contain a line end. */
export function sseEvent(data: string): string {
  return `data: ${data}\n\n`;
}

export const DONE = sseEvent('[DONE]');
