import type { ErrorClass } from '../common/errors.js';
import type { HealthResponse } from '../protocol/health.js';
import type { ClientCertificate, RequestPolicy, Timings } from '../protocol/messages.js';

/**
 * The address of the daemon, and the tenant of the requests. Unset members come from the environment, else they have
 * the defaults in brackets.
 */
export interface RuntimeClientConfig {
  /** ['default'] */
  tenantId?: string;
  /** [''] */
  workspaceId?: string;
  /** The default for a request's `timeoutMs` [60000]. */
  timeoutMs?: number;
  /** `VASTAR_SOCKET_PATH` ['/tmp/vastar-connector-runtime.sock'] */
  socketPath?: string;
  /** `VASTAR_USE_TCP=true` [false] */
  useTcp?: boolean;
  /** `VASTAR_TCP_HOST` ['127.0.0.1'] */
  tcpHost?: string;
  /** `VASTAR_TCP_PORT` [5000] */
  tcpPort?: number;
  /** The file with the token of a daemon over TCP: `VASTAR_TOKEN_FILE` [none]. */
  tokenFile?: string;
  /** Whether the client reconnects after the connection is lost [true]. */
  reconnect?: boolean;
  /**
   * The interval of health requests to the daemon while requests run, in ms; three times as long otherwise; 0 = never
   * [0]. They keep `state` current.
   */
  heartbeatMs?: number;
  /**
   * Called before each attempt to connect, e.g. to start a daemon. If it rejects, the attempt fails with that error.
   */
  beforeConnect?: (signal: AbortSignal) => Promise<void>;
}

/** An HTTP request for the daemon to send. */
export interface HTTPRequestConfig {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /**
   * Limit in ms for all attempts and the waits between them; by default the client's `timeoutMs`. For a stream it
   * ends with the headers, so that it never cuts off a working stream. For `executeHTTP` it covers the whole answer.
   */
  timeoutMs?: number;
  /** Longest time without a byte after the headers, in ms; 0 = no limit [the daemon's limit, 300000]. */
  idleMs?: number;
  /** Limit for the whole answer in ms [none]. */
  answerMs?: number;
  tenantId?: string;
  workspaceId?: string;
  traceId?: string;
  /**
   * Presented to a server that demands a certificate, over https:. A redirect to another origin does not get it.
   * Needs the daemon of vastar-tui.
   */
  clientCertificate?: ClientCertificate;
  /** How the daemon handles this request. A daemon of the public protocol ignores it. */
  policy?: RequestPolicy;
}

/** The answer to `executeHTTP`. HTTP 4xx and 5xx are answers, too. */
export interface HTTPResponse {
  requestId: number;
  statusCode: number;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** Duration of the request in the daemon, in microseconds. */
  durationUs: number;
  errorClass: ErrorClass;
  errorMessage?: string;
  /** When each step happened. Absent with a daemon of the public protocol. */
  timings?: Timings;
}

/** An event of `streamHTTP`. `atMs` is `performance.now()` when the event arrived in this process. */
export type StreamEvent =
  /** The daemon will send the request again. Comes only before `start`. */
  | {
      type: 'retry';
      /** The number of the next attempt. The first attempt has number 1. */
      attempt: number;
      maxAttempts: number;
      delayMs: number;
      /** Why the previous attempt failed. */
      reason: string;
      /** The previous attempt's HTTP status, if it had a response. */
      statusCode?: number;
      atMs: number;
    }
  | {
      type: 'start';
      statusCode: number;
      /** Header names are in lower case. */
      headers: Record<string, string>;
      timings: Timings;
      /** The daemon does not support streams: the whole body follows as one chunk. */
      buffered: boolean;
      atMs: number;
    }
  | {
      type: 'chunk';
      data: Uint8Array;
      sequence: number;
      /** When the daemon read the bytes, in µs after it had read the request. Absent when `buffered`. */
      offsetUs?: number;
      atMs: number;
    };

/** How a stream ended. A failure rejects with `ConnectorException` instead. */
export interface StreamResult {
  outcome: 'complete' | 'cancelled';
  requestId: number;
  /** Body bytes received. */
  bytes: number;
  durationUs: number;
  timings: Timings;
  buffered: boolean;
}

/** Options of `streamHTTP`. */
export interface StreamOptions {
  /** Aborting it ends the stream with outcome `cancelled`, here and upstream. */
  signal?: AbortSignal;
  /**
   * Called for each event in order. While a returned promise is pending, the client grants no further window, so the
   * daemon stops reading upstream (backpressure).
   */
  onEvent?: (event: StreamEvent) => void | Promise<void>;
}

/** The items of `stream`: the answer's events as they arrive, and last its result. */
export type StreamStep = StreamEvent | ({ type: 'end' } & StreamResult);

/** The daemon's kind and health, and the round-trip time in ms. */
export type DaemonInfo =
  | { kind: 'vastar-tui'; rttMs: number; health: HealthResponse }
  /** A daemon of the public protocol, without streams and health. */
  | { kind: 'foreign'; rttMs: number };

/** The state of the connection to the daemon. */
export type ConnectionState =
  | { status: 'idle' }
  | { status: 'connecting'; attempt: number }
  /**
   * `daemon` is absent until its first health answer. `silentSinceMs` (Unix time) is set while the daemon does not
   * answer a heartbeat: it is stopped or very busy, and may continue later.
   */
  | { status: 'connected'; sinceMs: number; daemon?: DaemonInfo; silentSinceMs?: number }
  /** The client will try again at `retryAtMs` (Unix time). */
  | { status: 'waiting'; attempt: number; retryAtMs: number; error: string }
  | { status: 'closed' };
