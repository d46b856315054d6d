import * as z from 'zod/mini';
import { httpHeadsOf } from '../../sessions/export/http-heads.js';
import type { Exchange, Session, ToolCall } from '../../sessions/types.js';
import type { Recording } from '../../simulator/recordings/recording.js';

const pieces = z.object({ ms: z.array(z.number()), chars: z.array(z.int()) });
const timeline = z.object({
  headersMs: z.number(),
  text: pieces,
  reasoning: pieces,
  refusal: z.optional(pieces),
  toolCalls: z.optional(z.object({ ...pieces.shape, index: z.array(z.int()) })),
});
const metrics = z.object({
  finishReason: z.optional(z.nullable(z.string())),
  usage: z.optional(
    z.object({
      promptTokens: z.number(),
      completionTokens: z.number(),
      totalTokens: z.number(),
      reasoningTokens: z.optional(z.number()),
      cachedTokens: z.optional(z.number()),
      cacheWriteTokens: z.optional(z.number()),
    }),
  ),
});

/**
 * Returns a saved exchange as a recording. Its raw bytes are not saved, so this creates events with the same pieces of
 * the answer at the same times. Undefined when those times were not saved, for example for an answer that never began.
 */
export function recordingOf(session: Session, exchange: Exchange): Recording | undefined {
  const known = timeline.safeParse(exchange.timeline);
  const answer = session.messages.find(({ id }) => id === exchange.answerId);
  if (!known.success || answer === undefined) return undefined;
  const { headersMs, text, reasoning, refusal, toolCalls } = known.data;
  const deltas = [
    ...cut(answer.reasoning, reasoning, 'reasoning_content'),
    ...cut(answer.text, text, 'content'),
    ...(refusal === undefined ? [] : cut(answer.refusal, refusal, 'refusal')),
    ...(toolCalls === undefined ? [] : cutCalls(answer.toolCalls, toolCalls)),
  ].sort((one, other) => one.atMs - other.atMs);
  const endMs = deltas.at(-1)?.atMs ?? headersMs;
  const { responseHeaders: headers } = httpHeadsOf(exchange);
  const head = { model: exchange.model, stream: true, headersMs, headers };
  const { error } = exchange;
  if (error !== null && error.statusCode !== null && deltas.length === 0) {
    const body = JSON.stringify({ error: { message: error.message } });
    const parts = [{ atMs: headersMs, bytes: Buffer.from(body) }];
    return { ...head, status: error.statusCode, contentType: 'application/json', parts, ending: 'end' };
  }
  return {
    ...head,
    status: 200,
    contentType: 'text/event-stream',
    parts: [...deltas, ...endOf(exchange, endMs)].map(({ atMs, data }) => ({
      atMs,
      bytes: Buffer.from(`data: ${data}\n\n`),
    })),
    ending: ['complete', 'empty', 'truncated'].includes(exchange.outcome) ? 'end' : 'broken',
  };
}

interface Event {
  atMs: number;
  data: string;
}

/** Returns the text in the pieces that arrived. */
function cut(whole: string, { ms, chars }: z.infer<typeof pieces>, name: string): Event[] {
  let from = 0;
  return ms.map((atMs, index) => {
    const last = index === ms.length - 1;
    const piece = last ? whole.slice(from) : whole.slice(from, from + (chars[index] ?? 0));
    from += piece.length;
    return { atMs, data: deltaOf({ [name]: piece }) };
  });
}

/** Returns the calls, in the pieces of their arguments that arrived; the first piece of each call has its name. */
function cutCalls(
  calls: readonly ToolCall[],
  { ms, chars, index: indices }: NonNullable<z.infer<typeof timeline>['toolCalls']>,
): Event[] {
  const rest = new Map<number, string>();
  return indices.flatMap((index, at) => {
    const call = calls[index];
    if (call === undefined) return [];
    const begun = rest.get(index);
    const left = begun ?? call.arguments;
    const length = indices.lastIndexOf(index) === at ? left.length : (chars[at] ?? 0);
    rest.set(index, left.slice(length));
    const head = begun === undefined && { id: call.id, type: 'function' };
    const named = {
      ...(begun === undefined && { name: call.name }),
      arguments: left.slice(0, length),
    };
    const data = deltaOf({ tool_calls: [{ index, ...head, function: named }] });
    return [{ atMs: ms[at] ?? 0, data }];
  });
}

function deltaOf(delta: object): string {
  return JSON.stringify({ choices: [{ index: 0, delta }] });
}

function endOf({ outcome, metrics: figures }: Exchange, atMs: number): Event[] {
  if (outcome !== 'complete' && outcome !== 'empty') return [];
  const known = metrics.safeParse(figures);
  const { finishReason, usage } = known.success ? known.data : {};
  const finish = { choices: [{ index: 0, delta: {}, finish_reason: finishReason ?? 'stop' }] };
  const cache = {
    ...(usage?.cachedTokens !== undefined && { cached_tokens: usage.cachedTokens }),
    ...(usage?.cacheWriteTokens !== undefined && { cache_write_tokens: usage.cacheWriteTokens }),
  };
  const counts = usage && {
    choices: [],
    usage: {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.totalTokens,
      ...(usage.reasoningTokens !== undefined && {
        completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      }),
      ...(Object.keys(cache).length > 0 && { prompt_tokens_details: cache }),
    },
  };
  return [finish, ...(counts === undefined ? [] : [counts])]
    .map((event) => ({ atMs, data: JSON.stringify(event) }))
    .concat({ atMs, data: '[DONE]' });
}
