import type { Attributes, SpanContext } from '@opentelemetry/api';
import { createKeyHider } from '../common/text/key-forms.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { ChatMessage } from '../connector/messages.js';
import type { LoadFigures } from '../metrics/exchange.js';
import { hopStretches } from '../metrics/stretches.js';
import type { ChatResult } from '../sdk/index.js';
import { contentAttributes } from './content.js';
import { clientMetrics, commonAttributes } from './gen-ai.js';
import type { OpenTelemetry } from './open.js';
import { CLIENT, INTERNAL } from './span-kind.js';
import { randomSpanId, randomTraceId, traceparent } from './traceparent.js';

/** The request of an exchange. */
interface Asked {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** The secrets that no span may contain. */
  readonly keys: readonly string[];
}

/** The result of an exchange. Times on the clock of `performance.now()`. */
interface Ended {
  readonly answer: ChatResult & { readonly metrics: LoadFigures };
  /** Undefined when the request was not sent. */
  readonly sentMs: number | undefined;
  readonly endMs: number;
  /** The gaps between arrivals of output, in ms. */
  readonly gapsMs: readonly number[];
  /** The end of each failed attempt, in ms since the request was sent, and its failure. */
  readonly retries: readonly Retried[];
}

export interface Retried {
  readonly tMs: number;
  readonly delayMs: number;
  readonly statusCode?: number | undefined;
}

/** An exchange that is exported when it has ended. */
export interface FollowedExchange {
  /** The value for the request's header, so that spans of other programs belong to the same trace. */
  readonly traceparent: string;
  end(ended: Ended): void;
}

/** Exports exchanges in the format of the conventions for generative AI. */
export interface ExchangeTelemetry {
  begin(asked: Asked): FollowedExchange;
  shutdown: OpenTelemetry['shutdown'];
}

/** Creates the export of exchanges. @param content whether to export questions and answers */
export function exchangeTelemetry(open: OpenTelemetry, content: boolean): ExchangeTelemetry {
  const metrics = open.meter && clientMetrics(open.meter);
  return {
    shutdown: open.shutdown,
    begin({ endpoint, model, messages, stream, keys }) {
      const common = commonAttributes(endpoint, model);
      const name = `chat ${model}`;
      const ids = { traceId: randomTraceId(), spanId: randomSpanId() };
      const sampled = open.sampled(ids.traceId, name);
      return {
        traceparent: traceparent({ ...ids, traceFlags: sampled ? 1 : 0 }),
        end(ended) {
          const { answer, sentMs, endMs, gapsMs, retries } = ended;
          if (sentMs === undefined) return;
          const error = errorTypeOf(answer);
          const failed: Attributes = error === undefined ? {} : { 'error.type': error };
          const response: Attributes = {
            ...(answer.model !== undefined && { 'gen_ai.response.model': answer.model }),
          };
          if (metrics !== undefined) {
            const all = { ...common, ...response };
            const { ttftMs, promptTokens, outputTokens, tokensEstimated } = answer.metrics;
            metrics.duration((endMs - sentMs) / 1000, { ...all, ...failed });
            if (stream && ttftMs !== undefined) metrics.timeToFirstChunk(ttftMs / 1000, all);
            if (stream) for (const ms of gapsMs) metrics.timePerOutputChunk(ms / 1000, all);
            const counted = tokensEstimated || outputTokens === 0 ? undefined : outputTokens;
            const { completionTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = answer.usage ?? {};
            metrics.tokens(
              {
                input: promptTokens,
                output: completionTokens ?? counted,
                cacheRead: cachedTokens,
                cacheWrite: cacheWriteTokens,
                reasoning: reasoningTokens,
              },
              all,
            );
          }
          if (!sampled || open.record === undefined) return;
          const { record } = open;
          const root = record({
            name,
            kind: CLIENT,
            ids,
            startMs: sentMs,
            endMs,
            error,
            attributes: {
              ...common,
              ...response,
              ...failed,
              ...figuresOf(answer),
              ...(stream && { 'gen_ai.request.stream': true }),
              ...(content &&
                contentAttributes(
                  messages,
                  answer,
                  endpoint.access.api !== 'chat-completions',
                  createKeyHider(keys),
                )),
            },
          });
          for (const { name: hop, label, ...stretch } of hopStretches(
            answer.metrics.hops,
            answer.metrics.e2eMs,
          )) {
            const span = record({
              name: label,
              kind: INTERNAL,
              startMs: sentMs + stretch.startMs,
              endMs: sentMs + stretch.endMs,
              parent: root,
              attributes: { 'vastar.hop': hop },
            });
            if (hop === 'retries') recordAttempts(record, span, sentMs, retries);
          }
        },
      };
    },
  };
}

/** Adds a span for each failed attempt; the waits are between the spans. */
function recordAttempts(
  record: NonNullable<OpenTelemetry['record']>,
  parent: SpanContext,
  sentMs: number,
  retries: readonly Retried[],
): void {
  let beganMs = sentMs;
  for (const [index, { tMs, delayMs, statusCode }] of retries.entries()) {
    const endMs = Math.max(beganMs, sentMs + tMs);
    record({
      name: `attempt ${index + 1}`,
      kind: INTERNAL,
      startMs: beganMs,
      endMs,
      parent,
      error: statusCode === undefined ? 'failed' : String(statusCode),
      attributes: {
        'http.request.resend_count': index,
        ...(statusCode !== undefined && { 'http.response.status_code': statusCode }),
      },
    });
    beganMs = endMs + delayMs;
  }
}

/** Returns the value of `error.type`; undefined for an answer without a failure. */
function errorTypeOf({ outcome, error }: ChatResult): string | undefined {
  if (outcome === 'complete' || outcome === 'cancelled') return undefined;
  return outcome === 'error' ? (error?.getErrorClassName() ?? 'unknown') : outcome;
}

function figuresOf({ finishReason, outcome, usage, metrics }: Ended['answer']): Attributes {
  const { ttftMs, attempts, cachedTokens } = metrics;
  // An answer that ended abnormally has no finish reason of the provider.
  const finished = finishReason ?? (outcome === 'complete' ? undefined : 'error');
  return {
    ...(finished !== undefined && { 'gen_ai.response.finish_reasons': [finished] }),
    ...(ttftMs !== undefined && { 'gen_ai.response.time_to_first_chunk': ttftMs / 1000 }),
    ...(usage !== undefined && {
      'gen_ai.usage.input_tokens': usage.promptTokens,
      'gen_ai.usage.output_tokens': usage.completionTokens,
    }),
    ...(cachedTokens !== undefined && { 'gen_ai.usage.cache_read.input_tokens': cachedTokens }),
    ...(usage?.cacheWriteTokens !== undefined && {
      'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens,
    }),
    ...(usage?.reasoningTokens !== undefined && {
      'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    }),
    'vastar.attempts': attempts,
  };
}
