import { ConnectorException, ErrorClass } from '../common/errors.js';
import { nodeProblem } from '../common/node-version.js';
import { MessageType, PROTOCOL_CONSTANTS } from '../protocol/constants.js';
import { encodeMessage } from '../protocol/encode.js';
import type { WirePolicy } from '../protocol/messages.js';
import { abortable } from './abortable.js';
import type { Connection, Exchange } from './daemon/connection.js';
import { resolveEndpoint } from './daemon/endpoint.js';
import { createResponseExchange } from './daemon/exchange.js';
import { encodeHttpRequest, isBinary } from './daemon/http-payload.js';
import { Lanes } from './daemon/lanes.js';
import { Link } from './daemon/link.js';
import { createPatience, type Patience } from './daemon/patience.js';
import { createStreamExchange } from './daemon/stream-exchange.js';
import { iterateEvents } from './event-iterator.js';
import type {
  ConnectionState,
  DaemonInfo,
  HTTPRequestConfig,
  HTTPResponse,
  RuntimeClientConfig,
  StreamEvent,
  StreamOptions,
  StreamResult,
  StreamStep,
} from './types.js';

/** A request that is ready to be sent. */
interface Call {
  id: number;
  frame: Uint8Array;
  timeoutMs: number;
  answerMs: number | undefined;
  /** What only a daemon with the extension can take, in words; undefined where any daemon will do. */
  extended: string | undefined;
}

/** Most that a question for the daemon's health may take, in ms. */
const HEALTH_LIMIT_MS = 5000;

/**
 * A client of the connector daemon: HTTP requests made by the daemon, any number at once.
 *
 * Failures reject with `ConnectorException`: the daemon's error class and message; Transient when the
 * connection is lost; Timeout when the client's own limit passes; InvalidRequest for what can't be sent.
 * HTTP 4xx and 5xx are answers, not failures.
 *
 * An open connection keeps the process alive until `close`; timers (heartbeat, reconnecting) never do.
 */
export class RuntimeClient {
  readonly #config: RuntimeClientConfig;
  readonly #link: Link;
  readonly #lanes: Lanes;
  // Beyond 32 bits, unlike those of another client, and safe as a number until the year 2255.
  #nextId = Date.now() * 1000 + Math.floor(Math.random() * 1000);

  /**
   * @throws {ConnectorException} InvalidRequest for a socket path or port that can't be one; Permanent on a Node that
   *   is too old.
   */
  constructor(config: RuntimeClientConfig = {}) {
    const problem = nodeProblem(process.versions.node);
    if (problem !== undefined) throw new ConnectorException(problem, ErrorClass.Permanent);
    this.#config = config;
    const endpoint = resolveEndpoint(config, process.env);
    this.#link = new Link({
      endpoint,
      reconnect: config.reconnect ?? true,
      heartbeatMs: config.heartbeatMs ?? 0,
      ...(config.beforeConnect !== undefined && { beforeConnect: config.beforeConnect }),
    });
    this.#lanes = new Lanes(this.#link, endpoint);
  }

  /** What the connection to the daemon is at. */
  get state(): ConnectionState {
    return this.#link.state;
  }

  /** Calls `listener` on each change of `state`, until the returned function is called. */
  subscribe(listener: (state: ConnectionState) => void): () => void {
    return this.#link.subscribe(listener);
  }

  /**
   * Connects, with one attempt. A closed client can be used again after it.
   * @param options `signal`: aborting rejects with its reason; others may still wait for the attempt.
   */
  async connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#link.reopen();
    const attempt = this.#link.connect();
    await (options.signal === undefined ? attempt : abortable(attempt, options.signal));
  }

  /** Connects at once: ends a wait for the next attempt, or replaces the connection. Tries until it succeeds. */
  reconnect(): void {
    this.#link.reconnect();
  }

  /** Ends the connection; requests in flight fail, and the daemon stops them. */
  async close(): Promise<void> {
    this.#link.close();
    this.#lanes.close();
  }

  /**
   * Has the daemon make an HTTP request; resolves to the whole answer, whatever its status.
   * @param options `signal`: aborting rejects with its reason and stops the request upstream.
   */
  async executeHTTP(
    request: HTTPRequestConfig,
    options: { signal?: AbortSignal } = {},
  ): Promise<HTTPResponse> {
    const call = this.#prepare(request, 'request');
    const answer = Promise.withResolvers<HTTPResponse>();
    const exchange = createResponseExchange(call.id, answer);
    const patience = createPatience({ ...call, awaited: 'complete answer', signal: options.signal });
    return this.#within(patience, (connection, stop) =>
      perform({ connection, lanes: this.#lanes, stop }, call, exchange, answer.promise),
    );
  }

  /**
   * Has the daemon make an HTTP request and tells the answer as it arrives. Resolves when it has ended, with
   * outcome `cancelled` when `signal` ended it. `timeoutMs` is the limit until the response's headers.
   */
  async streamHTTP(request: HTTPRequestConfig, options: StreamOptions = {}): Promise<StreamResult> {
    const { signal } = options;
    const call = this.#prepare(request, 'stream');
    const answer = Promise.withResolvers<StreamResult>();
    const patience = createPatience({ ...call, awaited: 'response headers', signal });
    const exchange = createStreamExchange(call.id, options, answer, patience.answering);
    try {
      return await this.#within(patience, (connection, stop) =>
        perform({ connection, lanes: this.#lanes, stop }, call, exchange, answer.promise),
      );
    } catch (error) {
      const soFar = exchange.cancel();
      if (signal?.aborted === true && error === signal.reason) return soFar;
      throw error;
    }
  }

  /**
   * `streamHTTP` as an async iterator: the answer's events, and last `{ type: 'end', … }` with its result.
   * The request is sent when the loop asks for the first event. While the loop uses an event, nothing more is
   * granted to the daemon (back-pressure). Leaving the loop early stops the request upstream.
   * @param options `signal`: aborting ends the answer with outcome `cancelled`.
   * @throws {ConnectorException} like `streamHTTP`, after the events before the failure.
   */
  stream(
    request: HTTPRequestConfig,
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<StreamStep, void, undefined> {
    return iterateEvents<StreamStep>(async ({ give, drained, signal }) => {
      const onEvent = (event: StreamEvent): void | Promise<void> => {
        give(event);
        return drained();
      };
      return { type: 'end', ...(await this.streamHTTP(request, { signal, onEvent })) };
    }, options.signal);
  }

  /** What the daemon is, how it does, and how long the question took. Connects when needed. */
  async health(options: { signal?: AbortSignal } = {}): Promise<DaemonInfo> {
    const limitMs = Math.min(this.#config.timeoutMs ?? HEALTH_LIMIT_MS, HEALTH_LIMIT_MS);
    const { signal } = options;
    const patience = createPatience({ id: 0, timeoutMs: limitMs, awaited: 'complete answer', signal });
    return this.#within(patience, (connection, stop) => abortable(connection.health(), stop));
  }

  /**
   * @throws {ConnectorException} InvalidRequest when the request can't be sent.
   */
  #prepare(request: HTTPRequestConfig, operation: 'request' | 'stream'): Call {
    const config = this.#config;
    const id = this.#nextId;
    this.#nextId += 1;
    const timeoutMs = request.timeoutMs ?? config.timeoutMs ?? PROTOCOL_CONSTANTS.DEFAULT_TIMEOUT_MS;
    const { answerMs, idleMs } = request;
    for (const [name, ms] of Object.entries({ timeoutMs, answerMs })) {
      if (ms === undefined || ms > 0) continue;
      throw invalid(`${name} must be a number above 0 (milliseconds), not ${ms}`, id);
    }
    if (idleMs !== undefined && !(idleMs >= 0)) {
      throw invalid(`idleMs must be a number from 0 on (milliseconds), not ${idleMs}`, id);
    }
    // A stream may last: only an answer in one piece is awaited whole within `timeoutMs`.
    const wholeMs = Math.min(
      answerMs ?? Number.POSITIVE_INFINITY,
      operation === 'stream' ? Number.POSITIVE_INFINITY : timeoutMs,
    );
    const policy: WirePolicy = {
      ...request.policy,
      ...(operation === 'stream' && { headersTimeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : 0 }),
      ...(idleMs !== undefined && { idleTimeoutMs: Number.isFinite(idleMs) ? idleMs : 0 }),
    };
    const payload = encodeHttpRequest(request);
    try {
      const frame = encodeMessage({
        type: MessageType.ExecuteRequest,
        requestId: BigInt(id),
        tenantId: request.tenantId ?? config.tenantId ?? 'default',
        workspaceId: request.workspaceId ?? config.workspaceId ?? '',
        traceId: request.traceId ?? '',
        connectorName: 'http',
        operation,
        deadlineAtMs: Number.isFinite(wholeMs) ? BigInt(Math.ceil(Date.now() + wholeMs)) : 0n,
        payload,
        headers: [],
        ...(Object.keys(policy).length > 0 && { policy }),
        ...(request.clientCertificate !== undefined && { clientCertificate: request.clientCertificate }),
      });
      return { id, frame, timeoutMs, answerMs, extended: needsExtension(request) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw invalid(
        `Send less: the request has ${payload.length} bytes as JSON, and ${PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE} is the most`,
        id,
      );
    }
  }

  /** Gives `use` a connection, and a signal that says when to give up. */
  async #within<T>(
    patience: Patience,
    use: (connection: Connection, stop: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      patience.signal.throwIfAborted();
      const connection = await this.#lanes.take(patience.signal);
      try {
        return await use(connection, patience.signal);
      } finally {
        this.#lanes.release(connection);
      }
    } finally {
      patience.release();
    }
  }
}

/** Sends a request and waits for its outcome; tells the daemon when it is given up before its end. */
async function perform<T>(
  { connection, lanes, stop }: { connection: Connection; lanes: Lanes; stop: AbortSignal },
  call: Call,
  exchange: Exchange,
  outcome: Promise<T>,
): Promise<T> {
  const requestId = BigInt(call.id);
  if (call.extended !== undefined) await refuseForeign(connection, stop, call.id, call.extended);
  try {
    connection.send(requestId, call.frame, exchange);
    return await abortable(outcome, stop);
  } finally {
    connection.forget(requestId);
    // A daemon without cancel goes on; its response would block the connection.
    if (!exchange.ended && connection.extended) connection.write({ type: MessageType.Cancel, requestId });
    else if (!exchange.ended) lanes.replace(connection);
  }
}

function needsExtension({ body, clientCertificate }: HTTPRequestConfig): string | undefined {
  if (clientCertificate !== undefined) return 'the request needs a client certificate';
  return isBinary(body) ? 'the request body is no UTF-8 text' : undefined;
}

async function refuseForeign(
  connection: Connection,
  stop: AbortSignal,
  id: number,
  what: string,
): Promise<void> {
  await abortable(connection.identified, stop);
  // Not known even so: the connection was lost, which sending will tell.
  if (connection.extended || connection.daemon === undefined) return;
  throw invalid(`${what}, and this daemon does not take that: use the daemon of vastar-tui`, id);
}

function invalid(message: string, requestId: number): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest, requestId);
}
