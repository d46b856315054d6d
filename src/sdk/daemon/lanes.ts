import { ErrorClass } from '../../common/errors.js';
import { abortable } from '../abortable.js';
import { type Connection, openConnection } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { daemonError } from './failures.js';
import type { Link } from './link.js';

/** The most connections to a daemon that answers one request at a time. */
const MAX_LANES = 8;

/**
 * Assigns a connection to each request. The daemon of vastar-tui runs any number of requests at once on the link's
 * connection. A daemon of the public protocol answers one request after another, so each request needs a separate
 * connection. The first one uses the link's, others use extra ones up to a limit, and further requests wait.
 */
export class Lanes {
  readonly #link: Link;
  readonly #endpoint: Endpoint;
  readonly #extras = new Set<Connection>();
  /** Connections with a running request, which must not get another one. */
  readonly #taken = new Set<Connection>();
  #opening = 0;
  /** Requests that wait for a connection, in order. */
  readonly #queue = new Set<() => void>();

  constructor(link: Link, endpoint: Endpoint) {
    this.#link = link;
    this.#endpoint = endpoint;
  }

  /**
   * Returns a connection for one request, and connects if needed. Return the connection with `release`.
   * @throws the signal's reason, or the error of the attempt to connect
   */
  async take(signal: AbortSignal): Promise<Connection> {
    for (;;) {
      const lead = await abortable(this.#link.connect(), signal);
      if (lead.extended) {
        this.#wake();
        return lead;
      }
      const free = [lead, ...this.#extras].find((connection) => !this.#taken.has(connection));
      // Until the daemon's kind is known, only one request may run at a time.
      if (free !== undefined && (free === lead || lead.daemon !== undefined)) {
        this.#taken.add(free);
        return free;
      }
      if (lead.daemon === undefined) await abortable(lead.identified, signal);
      else if (this.#extras.size + this.#opening < MAX_LANES - 1) return await this.#open(signal);
      else await this.#change(signal);
    }
  }

  release(connection: Connection): void {
    this.#taken.delete(connection);
    this.#wake();
  }

  /** Closes the connection of an abandoned request, because this daemon has no cancel. */
  replace(connection: Connection): void {
    const error = daemonError('the request was abandoned', ErrorClass.Transient);
    if (this.#extras.has(connection)) connection.destroy(error);
    else this.#link.replace(connection, error);
  }

  close(): void {
    const error = daemonError('the client was closed', ErrorClass.Transient);
    for (const connection of [...this.#extras]) connection.destroy(error);
    for (const wake of [...this.#queue]) wake();
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    this.#opening += 1;
    try {
      const connection: Connection = await openConnection(
        this.#endpoint,
        { onLost: () => this.#drop(connection) },
        signal,
      );
      this.#extras.add(connection);
      this.#taken.add(connection);
      if (this.#link.state.status === 'closed') this.close();
      return connection;
    } finally {
      this.#opening -= 1;
    }
  }

  #drop(connection: Connection): void {
    this.#extras.delete(connection);
    this.release(connection);
  }

  #wake(): void {
    const [first] = this.#queue;
    if (first === undefined) return;
    this.#queue.delete(first);
    first();
  }

  async #change(signal: AbortSignal): Promise<void> {
    const changed = Promise.withResolvers<void>();
    this.#queue.add(changed.resolve);
    try {
      await abortable(changed.promise, signal);
    } catch (error) {
      // If this request was already woken, wake the next one instead. Otherwise that one would never be woken.
      if (!this.#queue.has(changed.resolve)) this.#wake();
      throw error;
    } finally {
      this.#queue.delete(changed.resolve);
    }
  }
}
