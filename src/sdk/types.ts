import type { ErrorClass } from '../common/errors.js';
import type { ClientCertificate, HealthResponse, RequestPolicy, Timings } from '../protocol/messages.js';

/** How to reach the daemon, and as whom. Unset members: the environment, then the defaults in brackets. */
export interface RuntimeClientConfig {
  /** ['default'] */
  tenantId?: string;
  /** [''] */
  workspaceId?: string;
  /** `timeoutMs` of requests that name none [60000]. */
  timeoutMs?: number;
  /** `VASTAR_SOCKET_PATH` ['/tmp/vastar-connector-runtime.sock'] */
  socketPath?: string;
  /** `VASTAR_USE_TCP=true` [false] */
  useTcp?: boolean;
  /** `VASTAR_TCP_HOST` ['127.0.0.1'] */
  tcpHost?: string;
  /** `VASTAR_TCP_PORT` [5000] */
  tcpPort?: number;
  /** Holds the token of a daemon over TCP: `VASTAR_TOKEN_FILE` [none]. */
  tokenFile?: string;
  /** Reconnect by itself after the connection is lost [true]. */
  reconnect?: boolean;
  /** Ask the daemon for its health this often, in ms; keeps `state` fresh. 0 = never [0]. */
  heartbeatMs?: number;
  /** Awaited before each attempt to connect, e.g. to start a daemon. A rejection is that attempt's failure. */
  beforeConnect?: (signal: AbortSignal) => Promise<void>;
}

/** One HTTP request that the daemon is to make. */
export interface HTTPRequestConfig {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /**
   * Limit in ms, all attempts and the waits between them together; the client's `timeoutMs` by default.
   * Of a stream until its headers, so that one that works is never cut; of `executeHTTP` for the whole answer.
   */
  timeoutMs?: number;
  /** How long nothing may come after the headers, in ms; any byte counts. 0 = no limit [the daemon's, 300000]. */
  idleMs?: number;
  /** Limit for the whole answer in ms [none]. */
  answerMs?: number;
  tenantId?: string;
  workspaceId?: string;
  traceId?: string;
  /** For a server that demands one, over https:. No other origin gets it. A daemon of the public protocol takes none. */
  clientCertificate?: ClientCertificate;
  /** How the daemon treats this request; a daemon of the public protocol does not know it. */
  policy?: RequestPolicy;
}

/** The answer to `executeHTTP`. HTTP 4xx and 5xx are answers too. */
export interface HTTPResponse {
  requestId: number;
  statusCode: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** The daemon's time for the request, in microseconds. */
  durationUs: number;
  errorClass: ErrorClass;
  errorMessage?: string;
  /** Where the time went; absent from a daemon of the public protocol. */
  timings?: Timings;
}

/** What `streamHTTP` tells while an answer arrives. `atMs` is `performance.now()` on arrival in this process. */
export type StreamEvent =
  /** The daemon is about to send the request again; only before `start`. */
  | {
      type: 'retry';
      /** The number of the attempt to come; the first one was 1. */
      attempt: number;
      maxAttempts: number;
      delayMs: number;
      /** What became of the attempt before, in words. */
      reason: string;
      /** Its HTTP status, where there was an answer. */
      statusCode?: number;
      atMs: number;
    }
  | {
      type: 'start';
      statusCode: number;
      /** Names in lower case. */
      headers: Record<string, string>;
      timings: Timings;
      /** The daemon knows no streaming: the whole body follows as one chunk. */
      buffered: boolean;
      atMs: number;
    }
  | {
      type: 'chunk';
      data: Uint8Array;
      sequence: number;
      /** When the daemon read the bytes, in µs since it had read the request; absent when buffered. */
      offsetUs?: number;
      atMs: number;
    };

/** How a stream ended. Failures reject with `ConnectorException` instead. */
export interface StreamResult {
  outcome: 'complete' | 'cancelled';
  requestId: number;
  /** Body bytes received. */
  bytes: number;
  durationUs: number;
  timings: Timings;
  buffered: boolean;
}

export interface StreamOptions {
  /** Aborting ends the stream with outcome `cancelled`, here and upstream. */
  signal?: AbortSignal;
  /**
   * Called for each event in order. While a returned promise is pending no further window is granted,
   * so the daemon stops reading upstream: back-pressure.
   */
  onEvent?: (event: StreamEvent) => void | Promise<void>;
}

/** What `stream` yields: the answer's events as they arrive, and last how it ended. */
export type StreamStep = StreamEvent | ({ type: 'end' } & StreamResult);

/** What the daemon said of itself, and how long the question took. */
export type DaemonInfo =
  | { kind: 'vastar-tui'; rttMs: number; health: HealthResponse }
  /** A daemon of the public protocol only: no streaming, no health. */
  | { kind: 'foreign'; rttMs: number };

export type ConnectionState =
  | { status: 'idle' }
  | { status: 'connecting'; attempt: number }
  /**
   * `daemon` is absent until its first health answer. `silentSinceMs` (Unix time) is there while the daemon leaves a
   * heartbeat open: it is stopped or very busy, and goes on later.
   */
  | { status: 'connected'; sinceMs: number; daemon?: DaemonInfo; silentSinceMs?: number }
  /** Waiting to try again at `retryAtMs` (Unix time). */
  | { status: 'waiting'; attempt: number; retryAtMs: number; error: string }
  | { status: 'closed' };
