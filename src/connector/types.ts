import type { ExchangeMetrics } from '../metrics/exchange.js';
import type { WireFormat } from '../sdk/chat/chat-errors.js';
import type { ChatEvent, ChatResult } from '../sdk/chat/chat-types.js';
import type { RuntimeClient } from '../sdk/client.js';
import type { RequestPolicy } from '../sdk/index.js';
import type { StreamEvent } from '../sdk/types.js';

export type { ChatMessage, ContentPart } from './messages.js';

/** What sends an exchange's request: the daemon's client, or something that acts like it. */
export type HttpStreamer = Pick<RuntimeClient, 'connect' | 'streamHTTP'>;

/** What an exchange tells while it runs. `tMs`: milliseconds since the request was sent. */
export type ExchangeEvent =
  | { type: 'start'; exchange: number; url: string; model: string; live: LiveMetrics }
  /** A request as it is sent, also each further one of the exchange, without its secrets. */
  | {
      type: 'request';
      tMs: number;
      method: string;
      /** The wire format of its body. */
      api: WireFormat;
      /** With its query. */
      url: string;
      readonly headers: Record<string, string>;
      /** JSON. */
      readonly body: string;
    }
  /** `headers`: names in lower case, request ids first, without secrets. */
  | { type: 'headers'; tMs: number; statusCode: number; headers: Record<string, string>; buffered: boolean }
  /** The daemon is about to send the request again: attempt number `attempt`, in `delayMs`. */
  | {
      type: 'retry';
      tMs: number;
      attempt: number;
      maxAttempts: number;
      delayMs: number;
      reason: string;
      statusCode?: number;
    }
  /** The provider refused these members: the request goes out again without them, or with their other name. */
  | { type: 'adapted'; tMs: number; members: readonly string[]; notice: string }
  | (Exclude<ChatEvent, { type: 'report' }> & { tMs: number });

/** The running exchange's figures; ask as often as is wanted. */
export interface LiveMetrics {
  /** @param nowMs `performance.now()` */
  snapshot(nowMs: number): ExchangeMetrics;
  /** Call it once, when the frame that shows the first token has been written to the terminal. */
  painted(nowMs: number): void;
}

/** What `stream` yields: the exchange's events as they arrive, and last its answer. */
export type AnswerEvent = ExchangeEvent | { type: 'done'; answer: ChatAnswer };

/** What the request holds beside the conversation. Unset: the provider's own default. */
export interface RequestOptions {
  /** Aborting ends the exchange with outcome `cancelled`, here and at the provider. */
  signal?: AbortSignal;
  /** Another endpoint of the configuration for this request alone, by its name. */
  endpoint?: string;
  /** Instead of the configured model. */
  model?: string;
  /** 0 to 2 with most providers; higher is more random. */
  temperature?: number;
  /** Most tokens of the answer; sent as `max_tokens`. For `max_completion_tokens` use `body`. */
  maxTokens?: number;
  /** Until the response's headers, in ms, all attempts together, instead of the endpoint's. */
  timeoutMs?: number;
  /** Limit for the whole answer in ms, instead of the endpoint's. */
  answerMs?: number;
  /**
   * Ends the answer with outcome `stalled` when, after its headers, nothing comes for so long, in ms, instead of the
   * endpoint's. Any byte counts, comments and pings too. 0 = never.
   */
  idleMs?: number;
  /**
   * The trace that the request belongs to: a `traceparent` of W3C Trace Context, or a trace id of 32 hex digits. The provider
   * gets it as the header `traceparent`, unless the endpoint's headers have one.
   */
  traceId?: string;
  /** How the daemon treats this request. Its `scope` is the model by default. */
  policy?: RequestPolicy;
  /** Any further members of the request body, e.g. `{ tools: […], seed: 7 }`. They go before all others. */
  body?: Record<string, unknown>;
}

export interface ChatOptions extends RequestOptions {
  /** Everything the exchange tells, in order. */
  onEvent?: (event: ExchangeEvent) => void;
  /** Each piece of the answer's text as it arrives. */
  onDelta?: (text: string) => void;
  /** Each gap between two arrivals that carry output, in ms, on the daemon's clock. */
  onGap?: (ms: number) => void;
  /** The answer's bytes as the daemon passed them on, before any of them is read: to record them. */
  onWire?: (event: StreamEvent) => void;
}

/**
 * A finished exchange: what was answered and where its time went. Times in `metrics` are measured;
 * `tokensEstimated` says whether its token figures are the provider's or an estimate, `buffered` that the
 * answer came in one piece, so that there is no time to a first token.
 */
export interface ChatAnswer extends ChatResult {
  /** Counts the connector's exchanges, from 1. */
  exchange: number;
  metrics: ExchangeMetrics;
}
