import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import type { ConnectionState, DaemonInfo } from '../types.js';
import { type Connection, openConnection } from './connection.js';
import { type Endpoint, foundNothing } from './endpoint.js';
import { daemonError } from './failures.js';
import { createHeartbeat, type Heartbeat } from './heartbeat.js';
import { type Backoff, createBackoff } from './reconnect.js';

export interface LinkOptions {
  endpoint: Endpoint;
  /** Whether to reconnect after the connection is lost. */
  reconnect: boolean;
  /** How often to request the daemon's health while requests run, in ms; 0 = never. Otherwise a third as often. */
  heartbeatMs: number;
  beforeConnect?: (signal: AbortSignal) => Promise<void>;
  /** Returns a number from 0 (inclusive) to 1 (exclusive), for the backoff's jitter. */
  random?: () => number;
}

/** The link's internal state, from which the public `ConnectionState` is derived. */
type Phase =
  | { kind: 'idle' }
  | { kind: 'dialing'; stop: AbortController; result: Promise<Connection> }
  | { kind: 'up'; connection: Connection; heartbeat: Heartbeat }
  | { kind: 'waiting'; timer: NodeJS.Timeout }
  | { kind: 'closed' };

/** How often to try again when the daemon that was found or started has already ended. */
const TRIES = 5;

/**
 * Keeps the connection to one daemon. It connects on demand; after the first success (or `reconnect`) it also
 * reconnects by itself, with backoff. Its timers don't keep the process alive.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #phase: Phase = { kind: 'idle' };
  #state: ConnectionState = { status: 'idle' };
  /** Attempts to connect since the last success. */
  #attempts = 0;
  /** Whether to reconnect after a lost connection. */
  #persistent = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = createBackoff(options.random);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  subscribe(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the connection. Makes one attempt to connect, or waits for the attempt that is already running. */
  connect(): Promise<Connection> {
    switch (this.#phase.kind) {
      case 'up':
        return Promise.resolve(this.#phase.connection);
      case 'dialing':
        return this.#phase.result;
      case 'closed':
        return Promise.reject(
          new ConnectorException('the client is closed: call connect() first', ErrorClass.InvalidRequest),
        );
      case 'idle':
      case 'waiting':
        return this.#dial();
    }
  }

  /** Reopens a closed link. */
  reopen(): void {
    if (this.#phase.kind === 'closed') this.#enter({ kind: 'idle' }, { status: 'idle' });
  }

  /** Connects now, in any state, and keeps trying if the attempt fails. */
  reconnect(): void {
    this.#persistent = this.#options.reconnect;
    if (this.#phase.kind === 'dialing') return;
    const { connection } = this.#leave();
    this.#dialInBackground();
    connection?.destroy(daemonError('the client replaced the connection', ErrorClass.Transient));
  }

  /** Closes the connection if it is the current one, and opens another. */
  replace(connection: Connection, error: ConnectorException): void {
    if (this.#phase.kind !== 'up' || this.#phase.connection !== connection) return;
    this.#leave();
    if (this.#persistent) this.#dialInBackground();
    else this.#enter({ kind: 'idle' }, { status: 'idle' });
    connection.destroy(error);
  }

  /** Closes the link. Running requests fail. */
  close(): void {
    const error = new ConnectorException('the client was closed', ErrorClass.Transient);
    const { phase, connection } = this.#leave();
    this.#persistent = false;
    this.#attempts = 0;
    this.#enter({ kind: 'closed' }, { status: 'closed' });
    if (phase.kind === 'dialing') phase.stop.abort(error);
    connection?.destroy(error);
  }

  /** Leaves the current phase: clears its timers, and ignores the loss of its connection from now on. */
  #leave(): { phase: Phase; connection: Connection | undefined } {
    const phase = this.#phase;
    if (phase.kind === 'waiting') clearTimeout(phase.timer);
    if (phase.kind === 'up') phase.heartbeat.stop();
    this.#phase = { kind: 'idle' };
    return { phase, connection: phase.kind === 'up' ? phase.connection : undefined };
  }

  #enter(phase: Phase, state: ConnectionState): void {
    this.#phase = phase;
    this.#state = state;
    // A listener may change the state. Later listeners get the newest state.
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#state);
      } catch (error) {
        // As with an event target, a listener's error does not reach the code that changed the state.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }

  /** Connects without a caller that waits. Only the state shows a failure. */
  #dialInBackground(): void {
    this.#dial().catch(() => {});
  }

  #dial(): Promise<Connection> {
    this.#leave();
    this.#attempts += 1;
    const stop = new AbortController();
    const result = this.#open(stop.signal);
    this.#enter({ kind: 'dialing', stop, result }, { status: 'connecting', attempt: this.#attempts });
    return result;
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    // Let `#dial` enter its phase first: the code below may leave that phase.
    await Promise.resolve();
    try {
      const connection = await this.#reach(signal);
      if (signal.aborted) connection.destroy(daemonError('the client was closed', ErrorClass.Transient));
      signal.throwIfAborted();
      this.#onOpen(connection);
      return connection;
    } catch (error) {
      // If the signal is aborted, the link was closed during the attempt and has already entered another phase.
      if (!signal.aborted) this.#fallBack(messageOf(error));
      throw error;
    }
  }

  async #reach(signal: AbortSignal, tries = TRIES): Promise<Connection> {
    const { beforeConnect, endpoint } = this.#options;
    signal.throwIfAborted();
    await beforeConnect?.(signal);
    signal.throwIfAborted();
    try {
      const connection: Connection = await openConnection(
        endpoint,
        {
          onLost: (error) => this.#onLost(connection, error),
          onDaemon: (daemon) => this.#onDaemon(connection, daemon),
        },
        signal,
      );
      return connection;
    } catch (error) {
      if (beforeConnect === undefined || tries === 1 || !foundNothing(error)) throw error;
      return this.#reach(signal, tries - 1);
    }
  }

  #onOpen(connection: Connection): void {
    const { heartbeatMs, reconnect } = this.#options;
    const heartbeat = createHeartbeat(connection, heartbeatMs, () => this.#onSilent(connection));
    this.#attempts = 0;
    this.#backoff.reset();
    this.#persistent = reconnect;
    this.#enter({ kind: 'up', connection, heartbeat }, { status: 'connected', sinceMs: Date.now() });
    heartbeat.start();
  }

  #onDaemon(connection: Connection, daemon: DaemonInfo): void {
    const state = this.#state;
    if (this.#phase.kind !== 'up' || this.#phase.connection !== connection) return;
    if (state.status === 'connected') {
      this.#enter(this.#phase, { status: 'connected', sinceMs: state.sinceMs, daemon });
    }
  }

  #onLost(connection: Connection, error: ConnectorException): void {
    if (this.#phase.kind === 'up' && this.#phase.connection === connection) this.#fallBack(error.message);
  }

  /** Handles a failed attempt: waits for the next attempt, or becomes idle until the next call. */
  #fallBack(error: string): void {
    this.#leave();
    if (!this.#persistent) {
      this.#enter({ kind: 'idle' }, { status: 'idle' });
      return;
    }
    const waitMs = this.#backoff.next();
    const timer = setTimeout(() => this.#dialInBackground(), waitMs).unref();
    const retryAtMs = Date.now() + waitMs;
    this.#enter(
      { kind: 'waiting', timer },
      { status: 'waiting', attempt: this.#attempts + 1, retryAtMs, error },
    );
  }

  #onSilent(connection: Connection): void {
    const state = this.#state;
    if (this.#phase.kind !== 'up' || this.#phase.connection !== connection) return;
    if (state.status !== 'connected' || connection.daemon?.kind === 'foreign') return;
    const silentSinceMs = Date.now() - (performance.now() - connection.heardMs);
    this.#enter(this.#phase, { ...state, silentSinceMs });
  }
}
