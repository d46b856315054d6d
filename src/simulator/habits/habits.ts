import type { Answer } from '../chat/answer.js';
import type { Frame, Reply } from '../chat/reply.js';
import { type ChunkObject, changedChunks, commentsUntilFirst } from './chunks.js';
import type { HabitName } from './names.js';

/** Facts about the answer that a habit needs. Times are in milliseconds. */
export interface HabitualAnswer {
  answer: Answer;
  stream: boolean;
  /** When the first token is due. */
  firstMs: number;
}

type Habit = (reply: Reply, answer: HabitualAnswer) => Reply;

const COMMENT_EVERY_MS = 500;

/** Shares of the time to first token that are reported as queue time and as prompt processing. */
const QUEUE_SHARE = 0.2;
const PROMPT_SHARE = 0.7;

const FILTERED = {
  hate: { filtered: false, severity: 'safe' },
  self_harm: { filtered: false, severity: 'safe' },
  sexual: { filtered: false, severity: 'safe' },
  violence: { filtered: false, severity: 'safe' },
};

/** Each function turns an OpenAI-like chat completion into that provider's form. */
const HABITS: Record<HabitName, Habit> = {
  openrouter(reply, { stream }) {
    const named = changedChunks(reply.frames, (chunk) => ({
      ...chunk,
      provider: 'Simulated',
      ...(chunk.usage != null && { usage: { ...chunk.usage, cost: 0.000042, is_byok: false } }),
    }));
    return {
      ...reply,
      ...(stream && { headersMs: 0 }),
      headers: { ...reply.headers, 'x-generation-id': 'gen-simulated' },
      frames: stream ? commentsUntilFirst(named, 'OPENROUTER PROCESSING', COMMENT_EVERY_MS) : named,
    };
  },

  azure(reply, { stream }) {
    const filtered = changedChunks(reply.frames, (chunk) => ({
      ...chunk,
      ...(!stream && { prompt_filter_results: [{ prompt_index: 0, content_filter_results: FILTERED }] }),
      choices: (chunk.choices ?? []).map((choice) => ({
        ...choice,
        content_filter_results: choice.finish_reason == null ? FILTERED : {},
      })),
    }));
    return {
      ...reply,
      headers: {
        ...reply.headers,
        'apim-request-id': '00000000-0000-4000-8000-000000000000',
        'x-ms-region': 'Simulated Region',
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-limit-tokens': '60000',
        'x-ratelimit-remaining-tokens': '59000',
      },
      frames: stream ? azureFrames(filtered) : filtered,
    };
  },

  deepseek(reply, { stream }) {
    const counted = changedChunks(reply.frames, (chunk) => {
      const prompt = Number(chunk.usage?.prompt_tokens ?? 0);
      const cache = { prompt_cache_hit_tokens: 0, prompt_cache_miss_tokens: prompt };
      return { ...chunk, ...(chunk.usage != null && { usage: { ...chunk.usage, ...cache } }) };
    });
    return {
      ...reply,
      ...(stream && { headersMs: 0 }),
      frames: stream ? commentsUntilFirst(counted, 'keep-alive', COMMENT_EVERY_MS) : counted,
    };
  },

  groq(reply, { answer, stream, firstMs }) {
    const usage = (frame: Frame): Record<string, unknown> => {
      const [queue, prompt, completion] = secondsOf(firstMs, frame.atMs);
      return {
        queue_time: queue,
        prompt_tokens: answer.usage.prompt_tokens,
        prompt_time: prompt,
        completion_tokens: answer.usage.completion_tokens,
        completion_time: completion,
        total_tokens: answer.usage.total_tokens,
        total_time: prompt + completion,
      };
    };
    const frames = changedChunks(reply.frames, (chunk, frame) => {
      if (!stream)
        return { ...chunk, usage: { ...chunk.usage, ...usage(frame) }, x_groq: { id: 'req_simulated' } };
      return isLast(chunk) ? { ...chunk, x_groq: { id: 'req_simulated', usage: usage(frame) } } : chunk;
    });
    return { ...reply, headers: { ...reply.headers, 'x-groq-region': 'simulated' }, frames };
  },

  'llama-cpp'(reply, { answer, stream, firstMs }) {
    const timings = (frame: Frame): Record<string, number> => {
      const [, prompt, completion] = secondsOf(firstMs, frame.atMs);
      const { prompt_tokens: promptTokens, completion_tokens: tokens } = answer.usage;
      return {
        cache_n: 0,
        prompt_n: promptTokens,
        prompt_ms: prompt * 1000,
        prompt_per_token_ms: (prompt * 1000) / promptTokens,
        prompt_per_second: promptTokens / Math.max(prompt, 0.001),
        predicted_n: tokens,
        predicted_ms: completion * 1000,
        predicted_per_token_ms: (completion * 1000) / Math.max(tokens, 1),
        predicted_per_second: tokens / Math.max(completion, 0.001),
      };
    };
    const frames = changedChunks(reply.frames, (chunk, frame) =>
      !stream || isLast(chunk) ? { ...chunk, timings: timings(frame) } : chunk,
    );
    return { ...reply, headers: { ...reply.headers, server: 'llama.cpp' }, frames };
  },
};

/** Returns the reply of a chat completion with a provider's habits. */
export function withHabits(name: HabitName | 'none', reply: Reply, answer: HabitualAnswer): Reply {
  return name === 'none' ? reply : HABITS[name](reply, answer);
}

function isLast({ choices }: ChunkObject): boolean {
  return choices?.some(({ finish_reason: reason }) => reason != null) ?? false;
}

/** Returns the seconds of queue, prompt processing and completion. */
function secondsOf(firstMs: number, endMs: number): [queue: number, prompt: number, completion: number] {
  return [
    (firstMs * QUEUE_SHARE) / 1000,
    (firstMs * PROMPT_SHARE) / 1000,
    Math.max(0, endMs - firstMs) / 1000,
  ];
}

/**
 * Adds an event about the prompt at the beginning, and one about the whole answer, without a delta, before `[DONE]`.
 */
function* azureFrames(frames: Iterable<Frame>): Generator<Frame> {
  const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
  const blank = { id: '', object: '', created: 0, model: '' };
  const prompt = { prompt_index: 0, content_filter_results: FILTERED };
  let opened = false;
  for (const frame of frames) {
    if (!opened) {
      opened = true;
      const first = event({ ...blank, choices: [], prompt_filter_results: [prompt] });
      yield { atMs: frame.atMs, tokens: 0, bytes: () => first };
    }
    const closes = String(frame.tokens === 0 ? frame.bytes() : '').includes('[DONE]');
    if (closes) {
      const offsets = { check_offset: 0, start_offset: 0, end_offset: 0 };
      const choice = {
        index: 0,
        finish_reason: null,
        content_filter_results: FILTERED,
        content_filter_offsets: offsets,
      };
      const last = event({ ...blank, choices: [choice] });
      yield { atMs: frame.atMs, tokens: 0, bytes: () => last };
    }
    yield frame;
  }
}
