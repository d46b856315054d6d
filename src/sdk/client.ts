import { ConnectorException, ErrorClass } from '../common/errors.js';
import { nodeProblem } from '../common/program/node-version.js';
import { MessageType } from '../protocol/constants.js';
import { abortable } from './abortable.js';
import { type Call, encodeCall } from './daemon/call.js';
import type { Connection, Exchange } from './daemon/connection.js';
import { resolveEndpoint } from './daemon/endpoint.js';
import { createResponseExchange } from './daemon/exchange.js';
import { lostError, UnsentError } from './daemon/failures.js';
import { Lanes } from './daemon/lanes.js';
import { Link } from './daemon/link.js';
import { type RequestLimits, startRequestLimits } from './daemon/request-limits.js';
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

/** Longest time for the daemon's health response, in ms. */
const HEALTH_LIMIT_MS = 5000;

/**
 * A client of the connector daemon, which makes HTTP requests for it. Any number of requests can run at once.
 *
 * Failures reject with `ConnectorException`. Its class is usually the daemon's error class. It is Transient when the
 * connection is lost, Timeout when the client's own limit passes, and InvalidRequest for a request that can't be sent.
 * HTTP 4xx and 5xx are answers and don't reject.
 *
 * An open connection keeps the process alive until `close`. Timers (heartbeat, reconnecting) don't.
 */
export class RuntimeClient {
  readonly #config: RuntimeClientConfig;
  readonly #link: Link;
  readonly #lanes: Lanes;
  // Begins at a number that differs from other clients' ids, and stays a safe integer until the year 2255.
  #nextId = Date.now() * 1000 + Math.floor(Math.random() * 1000);

  /**
   * @throws {ConnectorException} InvalidRequest for an invalid socket path or port; Permanent on a Node that is too
   *   old.
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

  /** The state of the connection to the daemon. */
  get state(): ConnectionState {
    return this.#link.state;
  }

  /** Calls `listener` on each change of `state`, until the returned function is called. */
  subscribe(listener: (state: ConnectionState) => void): () => void {
    return this.#link.subscribe(listener);
  }

  /**
   * Connects with one attempt. Also reopens a closed client.
   * @param options `signal`: aborting it rejects with its reason. The attempt continues if other calls wait for it.
   */
  async connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#link.reopen();
    const attempt = this.#link.connect();
    await (options.signal === undefined ? attempt : abortable(attempt, options.signal));
  }

  /** Connects now: skips the wait for the next attempt, or replaces the connection. Retries until it succeeds. */
  reconnect(): void {
    this.#link.reconnect();
  }

  /** Closes the connection. Running requests fail, and the daemon stops them. */
  async close(): Promise<void> {
    this.#link.close();
    this.#lanes.close();
  }

  /**
   * Sends an HTTP request through the daemon. Resolves to the whole answer, with any status.
   * @param options `signal`: aborting it rejects with its reason and stops the request upstream.
   */
  async executeHTTP(
    request: HTTPRequestConfig,
    options: { signal?: AbortSignal } = {},
  ): Promise<HTTPResponse> {
    const call = encodeCall(this.#newId(), request, 'request', this.#config);
    const answer = Promise.withResolvers<HTTPResponse>();
    const exchange = createResponseExchange(call.id, answer);
    const limits = startRequestLimits({ ...call, awaited: 'complete answer', signal: options.signal });
    return this.#within(limits, (connection, stop) =>
      perform({ connection, lanes: this.#lanes, stop }, call, exchange, answer.promise),
    );
  }

  /**
   * Sends an HTTP request through the daemon, and reports the answer as it arrives. Resolves when the answer has
   * ended, with outcome `cancelled` if `signal` ended it. `timeoutMs` limits the wait for the response's headers.
   */
  async streamHTTP(request: HTTPRequestConfig, options: StreamOptions = {}): Promise<StreamResult> {
    const { signal } = options;
    const call = encodeCall(this.#newId(), request, 'stream', this.#config);
    const answer = Promise.withResolvers<StreamResult>();
    const limits = startRequestLimits({ ...call, awaited: 'response headers', signal });
    const exchange = createStreamExchange(call.id, options, answer, limits.answering);
    try {
      return await this.#within(limits, (connection, stop) =>
        perform({ connection, lanes: this.#lanes, stop }, call, exchange, answer.promise),
      );
    } catch (error) {
      const soFar = exchange.cancel();
      if (signal?.aborted === true && error === signal.reason) return soFar;
      throw error;
    }
  }

  /**
   * Like `streamHTTP`, as an async iterator. Yields the answer's events, and last `{ type: 'end', … }` with the
   * result. The request is sent when the loop requests the first event. While the loop body runs, the client grants
   * no further window to the daemon (backpressure). Leaving the loop early stops the request upstream.
   * @param options `signal`: aborting it ends the answer with outcome `cancelled`.
   * @throws {ConnectorException} like `streamHTTP`, after the events that arrived before the failure.
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

  /** Returns the daemon's kind and health, and the round-trip time. Connects if needed. */
  async health(options: { signal?: AbortSignal } = {}): Promise<DaemonInfo> {
    const limitMs = Math.min(this.#config.timeoutMs ?? HEALTH_LIMIT_MS, HEALTH_LIMIT_MS);
    const { signal } = options;
    const limits = startRequestLimits({ id: 0, timeoutMs: limitMs, awaited: 'complete answer', signal });
    return this.#within(limits, (connection, stop) => abortable(connection.health(), stop));
  }

  #newId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  /**
   * Calls `use` with a connection, and with a signal that is aborted when a limit passes. Calls it once more if the
   * connection turned out to be closed: its daemon may have been killed a moment before.
   */
  async #within<T>(
    limits: RequestLimits,
    use: (connection: Connection, stop: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      limits.signal.throwIfAborted();
      for (let again = true; ; again = false) {
        const connection = await this.#lanes.take(limits.signal);
        try {
          return await use(connection, limits.signal);
        } catch (error) {
          if (!(error instanceof UnsentError)) throw error;
          if (!again) throw error.reason;
        } finally {
          this.#lanes.release(connection);
        }
      }
    } finally {
      limits.release();
    }
  }
}

/** Sends a request and waits for its outcome. Cancels the request at the daemon when the wait ends early. */
async function perform<T>(
  { connection, lanes, stop }: { connection: Connection; lanes: Lanes; stop: AbortSignal },
  call: Call,
  exchange: Exchange,
  outcome: Promise<T>,
): Promise<T> {
  const requestId = BigInt(call.id);
  if (call.extended !== undefined) await refuseForeign(connection, stop, call.id, call.extended);
  try {
    const unsent = Promise.withResolvers<never>();
    connection.send(requestId, call.frame, exchange, (error) =>
      unsent.reject(new UnsentError(lostError(error, call.id))),
    );
    return await abortable(Promise.race([outcome, unsent.promise]), stop);
  } finally {
    connection.forget(requestId);
    // A daemon without cancel continues the request, and its response would block the connection.
    if (!exchange.ended && connection.extended) connection.write({ type: MessageType.Cancel, requestId });
    else if (!exchange.ended) lanes.replace(connection);
  }
}

async function refuseForeign(
  connection: Connection,
  stop: AbortSignal,
  id: number,
  what: string,
): Promise<void> {
  await abortable(connection.identified, stop);
  // If the kind is still unknown, the connection was lost. Sending the request then reports that.
  if (connection.extended || connection.daemon === undefined) return;
  const message = `use the daemon of vastar-tui: ${what}, which this daemon does not support`;
  throw new ConnectorException(message, ErrorClass.InvalidRequest, id);
}
