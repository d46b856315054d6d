import type { ClientCertificate, HeaderList, WirePolicy } from '../../protocol/messages.js';
import type { FollowedRequest } from '../../telemetry/requests.js';
import type { HttpRequest } from './http-request.js';
import type { Timeline } from './timings.js';

/** One request to a provider, with its tenant and the client's policy. */
export interface UpstreamCall {
  readonly request: HttpRequest;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly traceId: string;
  readonly timeline: Timeline;
  /** The settings that the client sent with the request. */
  readonly policy: WirePolicy;
  /** Presented to servers that demand one. A redirect to another origin removes it. */
  readonly certificate?: ClientCertificate | undefined;
  /** The client's deadline, on the clock of `performance.now()`; absent without one. */
  readonly deadlineMs?: number;
  readonly client: RetryListener;
  /** The request's span. Set when telemetry is exported. */
  readonly span?: FollowedRequest;
  /** Ends the upstream request at once when it is aborted. */
  readonly signal: AbortSignal;
}

/** Describes a failed attempt and the attempt that will follow. */
interface RetryNotice {
  /** The number of the next attempt. The first attempt has number 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  /** Why the previous attempt failed. */
  readonly reason: string;
  readonly statusCode?: number;
}

/** The client's side of a retry. */
export interface RetryListener {
  /** Whether the client has received no part of a response, so that a retry can still replace it. */
  readonly untouched: boolean;
  /** Reports the retry to the client, and drops the bytes received so far. */
  onRetry(notice: RetryNotice): void;
}

export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: HeaderList;
}

/** Pauses and resumes reading a response's body. While reading is paused, the TCP window fills, and the provider has to wait too. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Ends the request with this error, as when the sink throws it. */
  abort(reason: Error): void;
}

/** A policy's sink throws this to drop a response. The transport then rejects with the same object. */
export class Discard extends Error {}

/** Receives a response as it arrives. An error that it throws ends the request, and the transport rejects with it. */
export interface ResponseSink {
  onHead(head: ResponseHead, flow: Flow): void;
  /** The sink may keep the bytes. */
  onData(bytes: Uint8Array): void;
}

/**
 * Makes one HTTP exchange. Resolves when the body is complete, with any status. Rejects with a `ConnectorException`
 * when the exchange fails, and with the signal's reason as soon as the signal is aborted. The sink gets no calls
 * after that. Each policy (retry, circuit breaker, limits, egress) is a function that wraps a transport in another one.
 */
export type Transport = (call: UpstreamCall, sink: ResponseSink) => Promise<void>;
