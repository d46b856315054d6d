/** What every part of one answer carries. */
export interface CompletionIdentity {
  id: string;
  /** Unix time in seconds. */
  created: number;
  model: string;
}

export type FinishReason = 'stop' | 'length';

export interface TokenUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: { reasoning_tokens: number; audio_tokens: number };
}

const FINGERPRINT = 'fp_simulator';

export function usageOf(promptTokens: number, completionTokens: number): TokenUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

/** The `chat.completion` object of an answer that is not streamed. */
export function completion(
  identity: CompletionIdentity,
  content: string,
  finishReason: FinishReason,
  usage: TokenUsage,
): unknown {
  return {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model: identity.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage,
    system_fingerprint: FINGERPRINT,
  };
}

export interface Delta {
  role?: 'assistant';
  content?: string;
  refusal?: null;
}

/** The events of a streamed answer, as server-sent events. */
export interface ChunkWriter {
  delta(delta: Delta, finishReason: FinishReason | null): string;
  usage(usage: TokenUsage): string;
}

/** @param includeUsage every chunk then has a `usage`, null in all but the last, as OpenAI's have. */
export function createChunkWriter(identity: CompletionIdentity, includeUsage: boolean): ChunkWriter {
  const chunk = (choices: readonly unknown[], usage: TokenUsage | null): string =>
    sseEvent(
      JSON.stringify({
        id: identity.id,
        object: 'chat.completion.chunk',
        created: identity.created,
        model: identity.model,
        system_fingerprint: FINGERPRINT,
        choices,
        ...(includeUsage && { usage }),
      }),
    );
  return {
    delta: (delta, finishReason) =>
      chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], null),
    usage: (usage) => chunk([], usage),
  };
}

/** One event; `data` holds no line end. */
export function sseEvent(data: string): string {
  return `data: ${data}\n\n`;
}

export const DONE = sseEvent('[DONE]');
