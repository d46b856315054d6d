import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClockMs } from '../common/time/system-clock.js';
import type { RequestTelemetry } from '../telemetry/requests.js';
import { addressText, type ListenAddress } from './clients/address.js';
import { openListener } from './clients/listener.js';
import { type Session, startSession } from './clients/session.js';
import { readOrMakeToken } from './clients/token.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { type Logger, silentLogger } from './log.js';
import { egressFrom, type PolicyOptions, withPolicies } from './policy/policies.js';
import { withAttemptSpans, withRequestSpans } from './policy/spans.js';
import { healthResponse } from './status/health.js';
import { openMetricsEndpoint } from './status/metrics-endpoint.js';
import { pairStates } from './status/pair-states.js';
import { type ProcessFigures, prometheusText } from './status/prometheus.js';
import { createStatistics } from './status/statistics.js';
import { createHttpTransport } from './upstream/http-transport.js';
import type { PoolOptions } from './upstream/upstream-pools.js';

export interface RuntimeOptions {
  listen: ListenAddress;
  /** Default: no log. */
  log?: Logger;
  pool?: PoolOptions;
  policies?: PolicyOptions;
  /** The file with the token that clients must send. A missing file is created. Default: clients need no token. */
  tokenFile?: string;
  limits?: Partial<Limits>;
  /** Serves Prometheus metrics at this port of 127.0.0.1; 0 = a free port. Default: no metrics. */
  metricsPort?: number;
  /** Exports a span for each request. Default: no export. */
  telemetry?: RequestTelemetry | undefined;
  /** Shorthand for `limits.drainMs`. */
  drainMs?: number;
  /** Shorthand for `limits.frameTimeoutMs`. */
  frameTimeoutMs?: number;
  /** Called each time the last connection has closed. */
  onIdle?: () => void;
}

export interface Runtime {
  /** The address that the daemon listens at, with the port that the system assigned. */
  readonly address: ListenAddress;
  /** The port of the Prometheus metrics; undefined when none are served. */
  readonly metricsPort: number | undefined;
  /** When the daemon started, by `systemClockMs`. */
  readonly startedMs: number;
  /** Connections open now. */
  readonly connections: number;
  /** Exchanges running now. */
  readonly requests: number;
  /**
   * Frees the address before the daemon ends. If a client connected at that moment, the daemon listens there again.
   * @returns whether the daemon can end, because it has no client
   */
  retire(): Promise<boolean>;
  /** Ends the running exchanges with typed errors, without waiting for their results. */
  end(): void;
  /** Resolves when the daemon has stopped and every connection is closed. */
  readonly closed: Promise<void>;
}

/** How long the system may take to report a connection that was made just before the address was freed, in ms. */
const LATE_MS = 50;
/** How long clients may take to read their last frames, in ms. */
const FLUSH_MS = 1000;

/**
 * Serves clients of the connector protocol until `shutdown` is aborted. Then it refuses new requests and frees its
 * address at once. Running exchanges have `drainMs` to finish; after that they end with errors.
 * @throws {ListenError} when the daemon can't listen; Error when the token file can't be used
 */
export async function startRuntime(options: RuntimeOptions, shutdown: AbortSignal): Promise<Runtime> {
  const log = options.log ?? silentLogger;
  const token = options.tokenFile === undefined ? undefined : readOrMakeToken(options.tokenFile);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const egress = egressFrom(options.policies ?? {});
  const { refusalOf } = egress;
  const transport = createHttpTransport({ limits, ...options.pool, refusalOf });
  const { telemetry } = options;
  const network = telemetry === undefined ? transport.send : withAttemptSpans(transport.send);
  const policies = withPolicies(network, egress, options.policies);
  const send = telemetry === undefined ? policies.send : withRequestSpans(policies.send, telemetry);
  const statistics = createStatistics();
  const sessions = new Set<Session>();
  const startedMs = systemClockMs();
  const endNow = new AbortController();

  const count = (kind: 'request' | 'stream'): number =>
    [...sessions].reduce((sum, session) => sum + session.count(kind), 0);

  const health = () =>
    healthResponse({
      stopping: shutdown.aborted,
      startedMs,
      requests: count('request'),
      streams: count('stream'),
      verified: options.pool?.verify !== false,
      pairs: pairStates(transport.pools(), policies, statistics.figures()),
      limits: policies.limits(),
    });

  const onConnection = (socket: Socket): void => {
    const frameTimeoutMs = options.frameTimeoutMs ?? limits.frameTimeoutMs;
    const session = startSession(socket, {
      transport: send,
      health,
      log,
      begin: statistics.begin,
      limits,
      frameTimeoutMs,
      ...(token !== undefined && { token }),
      ...(sessions.size >= limits.connections && {
        refusal: `try again later: the daemon is at its limit of ${limits.connections} connections (--max-connections)`,
      }),
    });
    sessions.add(session);
    log.debug('connected', { connections: sessions.size });
    // The daemon may have stopped just before it accepted this connection.
    if (shutdown.aborted) session.drain();
    void session.closed.then(() => {
      sessions.delete(session);
      log.debug('disconnected', { connections: sessions.size });
      if (sessions.size === 0) options.onIdle?.();
    });
  };

  let listener = await openListener(options.listen, onConnection).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  const text = (): string =>
    prometheusText(health(), statistics, { ...processFigures(), clients: sessions.size });
  const { metricsPort } = options;
  const metrics =
    metricsPort === undefined
      ? undefined
      : await openMetricsEndpoint(metricsPort, text).catch(async (error: unknown) => {
          await Promise.all([listener.close(), transport.close()]);
          throw error;
        });
  log.info('listening', { address: addressText(listener.address), metrics_port: metrics?.port });

  const allClosed = (): Promise<unknown> => Promise.all([...sessions].map((session) => session.closed));

  const stop = async (): Promise<void> => {
    log.info('stopping', { connections: sessions.size });
    await listener.close();
    for (const session of sessions) session.drain();
    await withLimit(allClosed(), options.drainMs ?? limits.drainMs, endNow.signal);
    for (const session of sessions) session.stop();
    await withLimit(allClosed(), FLUSH_MS);
    for (const session of sessions) session.destroy();
    await allClosed();
    await transport.close();
    metrics?.close();
    log.info('stopped');
  };

  const closed = new Promise<void>((resolve, reject) => {
    const begin = (): void => void stop().then(resolve, reject);
    if (shutdown.aborted) begin();
    else shutdown.addEventListener('abort', begin, { once: true });
  });

  return {
    address: listener.address,
    metricsPort: metrics?.port,
    startedMs,
    closed,
    async retire() {
      await listener.release();
      await sleep(LATE_MS);
      if (sessions.size === 0 || shutdown.aborted) return true;
      // Another daemon may have taken the address. Then this one serves only the clients that it already has.
      const again = await openListener(listener.address, onConnection).catch(() => undefined);
      if (again === undefined) return false;
      const superseded = shutdown.aborted ? again : listener;
      if (!shutdown.aborted) listener = again;
      await superseded.close();
      return shutdown.aborted;
    },
    get connections() {
      return sessions.size;
    },
    get requests() {
      return count('request') + count('stream');
    },
    end: () => endNow.abort(),
  };
}

function processFigures(): Omit<ProcessFigures, 'clients'> {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1_000_000,
    rssBytes: process.memoryUsage.rss(),
    startSeconds: performance.timeOrigin / 1000,
  };
}

/** Waits until `work` ends, `limitMs` have passed, or `signal` is aborted. */
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
