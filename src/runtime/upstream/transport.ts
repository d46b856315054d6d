import type { ClientCertificate, HeaderList, WirePolicy } from '../../protocol/messages.js';
import type { FollowedRequest } from '../../telemetry/requests.js';
import type { HttpRequest } from './http-request.js';
import type { Timeline } from './timings.js';

/** One request on its way upstream, and for whom. */
export interface UpstreamCall {
  readonly request: HttpRequest;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly traceId: string;
  readonly timeline: Timeline;
  /** What the client asked for itself. */
  readonly policy: WirePolicy;
  /** For a server that demands one; gone once a redirect leads to another origin. */
  readonly certificate?: ClientCertificate | undefined;
  /** When the client gives up, on the clock of `performance.now()`; absent where it does not. */
  readonly deadlineMs?: number;
  readonly client: RetryWitness;
  /** Where telemetry is exported. */
  readonly span?: FollowedRequest;
  /** Aborting it ends the upstream request at once. */
  readonly signal: AbortSignal;
}

/** An attempt that failed, and the one that is about to follow. */
interface RetryNotice {
  /** The number of the attempt to come; the first one was 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  /** What became of the attempt before. */
  readonly reason: string;
  readonly statusCode?: number;
}

/** The client's side of a retry. */
export interface RetryWitness {
  /** Nothing of a response has gone out to the client, so another one can take its place. */
  readonly untouched: boolean;
  /** Discards the response so far. */
  onRetry(notice: RetryNotice): void;
}

export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: HeaderList;
}

/** Stops and restarts the reading of a response's body; the provider is held back by its TCP window. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** Thrown by a policy's sink at a response that is not wanted; the transport rejects with this very object. */
export class Discard extends Error {}

/** Takes a response as it arrives. What it throws ends the request, and is what the transport rejects with. */
export interface ResponseSink {
  onHead(head: ResponseHead, flow: Flow): void;
  /** The bytes are the sink's to keep. */
  onData(bytes: Uint8Array): void;
}

/**
 * Makes one HTTP exchange. Resolves when the body is complete, whatever its status; rejects with a
 * `ConnectorException` when it failed, and with the signal's reason as soon as that is aborted. The sink hears
 * nothing after that. What retries, breaks, limits or refuses is a function from a transport to a transport.
 */
export type Transport = (call: UpstreamCall, sink: ResponseSink) => Promise<void>;
