import type { Socket } from 'node:net';
import { addressText, type ListenAddress } from './address.js';
import { healthResponse } from './health.js';
import { createHttpTransport, type PoolOptions } from './http-transport.js';
import { openListener } from './listener.js';
import { type Logger, silentLogger } from './log.js';
import { egressFrom, type PolicyOptions, withPolicies } from './policy/policies.js';
import { type Session, startSession } from './session.js';
import { readOrMakeToken } from './token.js';

export interface RuntimeOptions {
  listen: ListenAddress;
  /** [silent] */
  log?: Logger;
  pool?: PoolOptions;
  policies?: PolicyOptions;
  /** Holds the token that clients must show; made where it is missing [none is asked for]. */
  tokenFile?: string;
  /** How long running exchanges may take to finish after `shutdown`, in ms [10000]. */
  drainMs?: number;
  /** How long a client's frame may stay half sent, in ms [10000]. */
  frameTimeoutMs?: number;
  /** Told each time when the last connection has closed. */
  onIdle?: () => void;
}

export interface Runtime {
  /** Where it listens, with the port that was given. */
  readonly address: ListenAddress;
  /** Unix time in ms. */
  readonly startedAtMs: number;
  /** Connections open now. */
  readonly connections: number;
  /** Ends what still runs with typed errors, without waiting for it. */
  end(): void;
  /** Resolves when it is stopped and every connection is closed. */
  readonly closed: Promise<void>;
}

/** How long clients may take to read their last frames, in ms. */
const FLUSH_MS = 1000;

/**
 * Serves clients of the connector protocol until `shutdown` is aborted: then it takes no more, gives its
 * address free at once, lets exchanges finish for `drainMs`, and ends the rest with errors.
 * @throws {ListenError} when it cannot listen; Error when the token file cannot be used
 */
export async function startRuntime(options: RuntimeOptions, shutdown: AbortSignal): Promise<Runtime> {
  const log = options.log ?? silentLogger;
  const token = options.tokenFile === undefined ? undefined : readOrMakeToken(options.tokenFile);
  const egress = egressFrom(options.policies ?? {});
  const transport = createHttpTransport({ ...options.pool, refusalOf: egress.refusalOf });
  const policies = withPolicies(transport.send, egress, options.policies);
  const sessions = new Set<Session>();
  const startedAtMs = Date.now();
  const hurry = new AbortController();

  const count = (kind: 'request' | 'stream'): number =>
    [...sessions].reduce((sum, session) => sum + session.count(kind), 0);

  const health = () =>
    healthResponse({
      stopping: shutdown.aborted,
      startedAtMs,
      requests: count('request'),
      streams: count('stream'),
      verified: options.pool?.verify !== false,
      origins: policies.statusOf(transport.pools()),
    });

  const onConnection = (socket: Socket): void => {
    const frameTimeoutMs = options.frameTimeoutMs ?? 10_000;
    const session = startSession(socket, {
      transport: policies.send,
      health,
      log,
      frameTimeoutMs,
      ...(token !== undefined && { token }),
    });
    sessions.add(session);
    log.debug('connected', { connections: sessions.size });
    // One that was accepted in the moment of stopping.
    if (shutdown.aborted) session.drain();
    void session.closed.then(() => {
      sessions.delete(session);
      log.debug('disconnected', { connections: sessions.size });
      if (sessions.size === 0) options.onIdle?.();
    });
  };

  const listener = await openListener(options.listen, onConnection).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  log.info('listening', { address: addressText(listener.address) });

  const allClosed = (): Promise<unknown> => Promise.all([...sessions].map((session) => session.closed));

  const stop = async (): Promise<void> => {
    log.info('stopping', { connections: sessions.size });
    await listener.close();
    for (const session of sessions) session.drain();
    await withLimit(allClosed(), options.drainMs ?? 10_000, hurry.signal);
    for (const session of sessions) session.stop();
    await withLimit(allClosed(), FLUSH_MS);
    for (const session of sessions) session.destroy();
    await allClosed();
    await transport.close();
    log.info('stopped');
  };

  const closed = new Promise<void>((resolve, reject) => {
    const begin = (): void => void stop().then(resolve, reject);
    if (shutdown.aborted) begin();
    else shutdown.addEventListener('abort', begin, { once: true });
  });

  return {
    address: listener.address,
    startedAtMs,
    closed,
    get connections() {
      return sessions.size;
    },
    end: () => hurry.abort(),
  };
}

/** Waits for `work`, but no longer than `limitMs` or until `signal` is aborted. */
async function withLimit(work: Promise<unknown>, limitMs: number, signal?: AbortSignal): Promise<void> {
  let giveUp = (): void => {};
  const limit = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const timer = setTimeout(giveUp, limitMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  await Promise.race([work, limit]);
  clearTimeout(timer);
  signal?.removeEventListener('abort', giveUp);
}
