import { ConnectorException, withDetails } from '../../common/errors.js';
import { nowMs } from '../../common/time/now-ms.js';
import { copied, type LoadListener, type LoadStream } from '../../connector/load-types.js';
import type { HeaderList } from '../../protocol/messages.js';
import { headersLate } from '../../runtime/clients/time-limits.js';
import type { HttpRequest } from '../../runtime/upstream/http-request.js';
import type { Connection, RequestTarget } from '../../runtime/upstream/plain/connection.js';
import type { PlainConnections } from '../../runtime/upstream/plain/plain-connections.js';
import { createTimeline, nowUs, type Timeline } from '../../runtime/upstream/timings.js';
import { upstreamFailure } from '../../runtime/upstream/upstream-failure.js';
import { sentCounts } from '../../sdk/daemon/failures.js';
import { headerRecord } from '../../sdk/daemon/http-payload.js';
import type { HTTPRequestConfig, StreamEvent, StreamResult } from '../../sdk/index.js';

/** The settings that all requests of a test share. */
export interface PlainStreams {
  readonly connections: PlainConnections;
  /** Called for a redirect: sends the request again over a transport that follows redirects. */
  followRedirect(
    config: HTTPRequestConfig,
    listener: LoadListener,
    signal: AbortSignal,
  ): Promise<StreamResult>;
}

export interface PlainRequest {
  id: number;
  request: HttpRequest;
  /** The origin of the request's address. */
  origin: string;
  config: HTTPRequestConfig;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// A server sends the same headers many times, so the latest list is converted once.
let lastHeaders: { list: HeaderList; record: Record<string, string> } | undefined;

function recordOf(list: HeaderList): Record<string, string> {
  if (lastHeaders?.list !== list) lastHeaders = { list, record: headerRecord(list) };
  return lastHeaders.record;
}

/** One request over a bare connection. It needs few objects, because a core sends thousands of requests a second. */
class PlainStream implements LoadStream, RequestTarget {
  readonly #streams: PlainStreams;
  readonly #plainRequest: PlainRequest;
  readonly #listener: LoadListener;
  readonly #timeline: Timeline;
  /** Time limit until the response's headers. */
  readonly #dueMs: number;
  #connection: Connection | undefined;
  #bytes = 0;
  #sequence = 0;
  #headed = false;
  #ended = false;
  #settled = false;
  /** Why the response was cut off; kept until the consumer has taken all earlier events. */
  #failure: Error | undefined;
  /** Aborts the request that follows a redirect. */
  #redirectedRequest: AbortController | undefined;
  /** Events that wait while the consumer's promise is pending; undefined when it is not. */
  #waiting: StreamEvent[] | undefined;

  constructor(streams: PlainStreams, plainRequest: PlainRequest, listener: LoadListener) {
    this.#streams = streams;
    this.#plainRequest = plainRequest;
    this.#listener = listener;
    const startUs = nowUs();
    this.#timeline = createTimeline(startUs);
    this.#dueMs = startUs / 1000 + (plainRequest.config.timeoutMs ?? Number.POSITIVE_INFINITY);
    this.#timeline.beginAttempt();
    const idle = streams.connections.idle(plainRequest.origin, startUs / 1000);
    if (idle !== undefined) this.#begin(idle);
    else {
      streams.connections.open(
        plainRequest.request.url,
        (made) => this.#begin(made),
        (error) => this.onFailed(error),
      );
    }
  }

  check(nowMs: number): void {
    if (this.#headed || nowMs < this.#dueMs) return;
    const { config, origin } = this.#plainRequest;
    this.#reject(headersLate(config.timeoutMs ?? 0, this.#timeline.timings, origin));
  }

  cancel(): void {
    this.#redirectedRequest?.abort();
    if (this.#settled) return;
    this.#settle();
    this.#listener.onEnd(this.#resultOf('cancelled'));
  }

  #begin(connection: Connection): void {
    if (this.#settled) {
      connection.release();
      return;
    }
    this.#connection = connection;
    this.#timeline.takeConnection(connection.times);
    connection.send(this.#plainRequest.request, this);
    this.#timeline.mark('sentUs');
  }

  onHead(statusCode: number, headers: HeaderList): void {
    this.#headed = true;
    this.#timeline.mark('firstByteUs');
    if (REDIRECTS.has(statusCode)) {
      this.#settle();
      this.#redirectedRequest = new AbortController();
      const listener = this.#listener;
      this.#streams.followRedirect(this.#plainRequest.config, listener, this.#redirectedRequest.signal).then(
        (result) => listener.onEnd(result),
        (error: unknown) => listener.onFailed(error),
      );
      return;
    }
    const { timings } = this.#timeline;
    const atMs = nowMs();
    this.#deliver({ type: 'start', statusCode, headers: recordOf(headers), timings, buffered: false, atMs });
  }

  onBody(data: Uint8Array): void {
    this.#bytes += data.length;
    const offsetUs = this.#timeline.readUs();
    this.#deliver({ type: 'chunk', data, sequence: this.#sequence, offsetUs, atMs: nowMs() });
    this.#sequence += 1;
  }

  onEnd(): void {
    this.#timeline.mark('lastByteUs');
    this.#ended = true;
    if (this.#waiting === undefined) this.#conclude();
    // The connection is free for the next request.
    else this.#connection?.resume();
  }

  onFailed(error: Error): void {
    if (this.#waiting !== undefined) {
      this.#failure = error;
      return;
    }
    const { origin } = this.#plainRequest;
    const { timings } = this.#timeline;
    const request = { origin, timings, bytes: this.#bytes, certificate: undefined, idleMs: 0 };
    this.#reject(upstreamFailure(error, request));
  }

  #deliver(event: StreamEvent): void {
    if (this.#settled) return;
    if (this.#waiting !== undefined) {
      this.#waiting.push(copied(event));
      return;
    }
    try {
      const taken = this.#listener.onEvent(event);
      if (taken !== undefined) this.#waitFor(taken);
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Pauses reading until the consumer has taken all events so far. */
  #waitFor(taken: Promise<void>): void {
    this.#waiting ??= [];
    // After the response's end, another request may use the connection.
    if (!this.#ended) this.#connection?.pause();
    taken.then(
      () => {
        const waiting = this.#waiting ?? [];
        this.#waiting = undefined;
        for (const event of waiting) this.#deliver(event);
        if (this.#waiting !== undefined) return;
        if (this.#failure !== undefined) this.onFailed(this.#failure);
        else if (this.#ended) this.#conclude();
        else this.#connection?.resume();
      },
      (error: unknown) => this.#reject(error),
    );
  }

  #conclude(): void {
    if (this.#settled) return;
    this.#settle();
    this.#listener.onEnd(this.#resultOf('complete'));
  }

  #reject(error: unknown): void {
    if (this.#settled) return;
    this.#settle();
    const sent = sentCounts(this.#timeline.timings);
    this.#listener.onFailed(error instanceof ConnectorException ? withDetails(error, { sent }) : error);
  }

  #settle(): void {
    this.#settled = true;
    if (!this.#ended) this.#connection?.destroy();
  }

  #resultOf(outcome: StreamResult['outcome']): StreamResult {
    const { timings } = this.#timeline;
    return {
      outcome,
      requestId: this.#plainRequest.id,
      bytes: this.#bytes,
      durationUs: this.#timeline.elapsedUs(),
      timings,
      buffered: false,
    };
  }
}

/** Sends a request over a bare connection and returns the running stream. */
export function startPlainStream(
  streams: PlainStreams,
  plainRequest: PlainRequest,
  listener: LoadListener,
): LoadStream {
  return new PlainStream(streams, plainRequest, listener);
}
