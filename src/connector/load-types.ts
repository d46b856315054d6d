import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { LoadFigures } from '../metrics/exchange.js';
import type { ChatResult } from '../sdk/chat/chat-types.js';
import type { HTTPRequestConfig, StreamEvent, StreamResult } from '../sdk/index.js';
import type { Adaptations } from './adaptation.js';
import type { ChatMessage } from './messages.js';
import type { ChatOptions, HttpStreamer } from './types.js';

/** A running request. */
export interface LoadStream {
  /** Ends the request with outcome `cancelled`. */
  cancel(): void;
  /** Fails the request when its time limit has passed. Call it periodically. */
  check(nowMs: number): void;
}

/** Receives a request's events. `onEnd` or `onFailed` is the last call. */
export interface LoadListener {
  /** The bytes of a chunk are only valid during the call. */
  onEvent(event: StreamEvent): void | Promise<void>;
  onEnd(result: StreamResult): void;
  onFailed(error: unknown): void;
}

export interface LoadStreamer extends HttpStreamer {
  /** Sends a request as `streamHTTP` does, but cheaper; undefined when this streamer cannot send such a request. */
  start?(request: HTTPRequestConfig, listener: LoadListener): LoadStream | undefined;
}

/** Settings that all requests of a load test share. */
export interface LoadTarget {
  readonly streamer: LoadStreamer;
  readonly endpoint: Endpoint;
  readonly options: Omit<ChatOptions, 'signal' | 'onEvent' | 'onDelta' | 'onGap' | 'onWire'>;
  /** Members that the endpoint refused before. */
  readonly adaptations: Adaptations;
  /** Called with a remark on the endpoint for the user. */
  onNotice(text: string): void;
}

/** One request of a load test. */
export interface LoadRequest {
  messages: readonly ChatMessage[];
  maxTokens?: number | undefined;
  body?: Readonly<Record<string, unknown>> | undefined;
  /** The trace that it belongs to. */
  traceId?: string | undefined;
  /** Called when the request is sent. */
  onSent(atMs: number): void;
  /** Called with each gap between arrivals of output, in ms. */
  onGap(ms: number): void;
}

export interface LoadAnswer extends ChatResult {
  metrics: LoadFigures;
}

/** Copies the bytes of a chunk, which are only valid during the call that brought them. */
export function copied(event: StreamEvent): StreamEvent {
  return event.type === 'chunk' ? { ...event, data: Uint8Array.from(event.data) } : event;
}
