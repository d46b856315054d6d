import type { WireFormat } from '../common/chat/wire-formats.js';
import type { ExchangeMetrics } from '../metrics/exchange.js';
import type { ChatEvent, ChatResult } from '../sdk/chat/chat-types.js';
import type { RuntimeClient } from '../sdk/client.js';
import type { RequestPolicy } from '../sdk/index.js';
import type { StreamEvent } from '../sdk/types.js';

/** Sends an exchange's request: the daemon's client, or a replacement. */
export type HttpStreamer = Pick<RuntimeClient, 'connect' | 'streamHTTP'>;

/** An event of a running exchange. `tMs`: milliseconds since the request was sent. */
export type ExchangeEvent =
  | { type: 'start'; exchange: number; url: string; model: string; live: LiveMetrics }
  /** A request of the exchange, without its secrets. Each further request has its own event. */
  | {
      type: 'request';
      tMs: number;
      method: string;
      /** The wire format of `body`. */
      api: WireFormat;
      /** Address with its query. */
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
  /** The provider refused these members: the connector sends the request again without or with renamed members. */
  | { type: 'adapted'; tMs: number; members: readonly string[]; notice: string }
  | (Exclude<ChatEvent, { type: 'report' }> & { tMs: number });

/** The figures of a running exchange. */
export interface LiveMetrics {
  /** @param nowMs `performance.now()` */
  snapshot(nowMs: number): ExchangeMetrics;
  /** Call it after a frame with new content was written to the terminal. */
  painted(nowMs: number): void;
}

/** `stream` yields the exchange's events as they arrive, and last the answer. */
export type AnswerEvent = ExchangeEvent | { type: 'done'; answer: ChatAnswer };

/** Options of a request. For an unset option, the provider's default applies. */
export interface RequestOptions {
  /** Aborting ends the exchange with outcome `cancelled`, here and at the provider. */
  signal?: AbortSignal;
  /** Name of another configured endpoint, for this request only. */
  endpoint?: string;
  /** Replaces the configured model. */
  model?: string;
  /** 0 to 2 with most providers; higher is more random. */
  temperature?: number;
  /** Largest number of tokens of the answer; sent as `max_tokens`. For `max_completion_tokens` use `body`. */
  maxTokens?: number;
  /** Time limit until the response's headers, in ms, all attempts included. Replaces the endpoint's limit. */
  timeoutMs?: number;
  /** Time limit for the whole answer, in ms. Replaces the endpoint's limit. */
  answerMs?: number;
  /**
   * Longest silence after the headers, in ms; then the answer ends with outcome `stalled`. Replaces the endpoint's
   * limit. Any byte ends a silence, even one of a comment or a ping. 0 = no limit.
   */
  idleMs?: number;
  /**
   * The trace that the request belongs to: a `traceparent` of W3C Trace Context, or a trace id of 32 hex digits. The provider
   * gets it as the header `traceparent`, unless the endpoint's headers have one.
   */
  traceId?: string;
  /** How the daemon treats this request. Its `scope` is the model by default. */
  policy?: RequestPolicy;
  /** Further members of the request body, e.g. `{ tools: […], seed: 7 }`. They override all others. */
  body?: Record<string, unknown>;
}

/** Options of a request, and functions that are called while the answer arrives. */
export interface ChatOptions extends RequestOptions {
  /** Called with each event of the exchange, in order. */
  onEvent?: (event: ExchangeEvent) => void;
  /** Called with each piece of the answer's text as it arrives. */
  onDelta?: (text: string) => void;
  /** Called with each gap between two arrivals with output, in ms, on the daemon's clock. */
  onGap?: (ms: number) => void;
  /** Called with the decoded response before it is parsed, to record it. */
  onWire?: (event: WireEvent) => void;
}

/** An event of the decoded response; `lost` comes last when the response did not reach its regular end. */
export type WireEvent = StreamEvent | { type: 'lost' };

/**
 * A finished exchange: the answer and where its time went. Times in `metrics` are measured. `tokensEstimated` marks
 * token figures that are estimates. `buffered` marks an answer that came in one piece, which has no time to the first
 * token.
 */
export interface ChatAnswer extends ChatResult {
  /** Counts the connector's exchanges, from 1. */
  exchange: number;
  metrics: ExchangeMetrics;
}
