import { hash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { PoolState } from '../../protocol/health.js';
import type { ClientCertificate } from '../../protocol/messages.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { pairKey } from '../policy/per-origin.js';
import { type ConnectorOptions, createConnector } from './connector.js';
import { makeLenient } from './lenient-parser.js';
import type { ConnectionTimes } from './timings.js';

export interface PoolOptions extends Omit<ConnectorOptions, 'timeoutMs'> {
  limits?: Partial<Limits>;
  /** Shorthand for `limits.upstreamConnections`. */
  connections?: number;
}

/** One tenant's connections to one origin. */
export interface PoolStatus extends PoolState {
  tenantId: string;
  origin: string;
  /** `h2` or `http/1.1`; empty before the first connection. */
  protocol: string;
}

export interface UpstreamPools {
  /**
   * Sends a request over a connection that only this tenant with this certificate uses. Without the ceiling, the
   * number of connections has no limit, so the request never waits for one.
   */
  dispatch(
    owner: Owner,
    request: Dispatcher.DispatchOptions & { origin: string },
    handler: Dispatcher.DispatchHandler,
  ): void;
  /** Returns the times of a connection that undici reports. */
  timesOf(socket: object): ConnectionTimes | undefined;
  /** Returns the state of all pools that have a connection or wait for one. */
  status(): PoolStatus[];
  /** Closes all connections. Requests that still run fail. */
  close(): Promise<void>;
}

interface Owner {
  tenantId: string;
  ceiling: boolean;
  certificate: ClientCertificate | undefined;
}

interface Entry {
  readonly tenantId: string;
  readonly origin: string;
  readonly pool: Pool;
  /** The protocol that the server chose for the last connection; empty before the first one. */
  protocol: string;
}

/** Keeps a pool of connections for each tenant and origin. A pool without connections and requests is removed. */
export function createUpstreamPools(options: PoolOptions): UpstreamPools {
  const { http2 = true } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { upstreamIdleMs: idleMs, streamsPerConnection: streams } = limits;
  const connector = createConnector({ ...options, http2, timeoutMs: limits.connectTimeoutMs });
  const entries = new Map<string, Entry>();

  const create = (key: string, origin: string, { tenantId, ceiling, certificate }: Owner): Entry => {
    const connect = connector.connectAs(certificate);
    const pool = new Pool(origin, {
      connect: (wanted, callback) =>
        connect(wanted, (...result) => {
          const [, socket] = result;
          if (socket !== null) entry.protocol = connector.timesOf(socket)?.protocol ?? '';
          callback(...result);
        }),
      connections: ceiling ? (options.connections ?? limits.upstreamConnections) : null,
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.responseHeaderBytes,
      allowH2: http2,
      h2Options: { maxConcurrentStreams: streams },
      // These limit the time between two reads, because a stream may last for hours.
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    });
    const entry: Entry = { tenantId, origin, pool, protocol: '' };
    const dropUnused = (): void => {
      const { connected, running, pending } = pool.stats;
      if (connected > 0 || running > 0 || pending > 0 || entries.get(key) !== entry) return;
      entries.delete(key);
      void pool.close();
    };
    const onConnect = (_origin: URL, targets: readonly object[]): void => {
      const client = targets.at(-1);
      if (client === undefined) return;
      if (entry.protocol !== 'h2') makeLenient(client);
      // Set it again for each connection. After a GOAWAY, undici counts the old connection's requests as pipelined on
      // the new one, and would wait for them.
      if (client instanceof Client) client.pipelining = entry.protocol === 'h2' ? streams : 1;
    };
    pool.on('connect', onConnect);
    pool.on('disconnect', dropUnused).on('connectionError', dropUnused);
    entries.set(key, entry);
    return entry;
  };

  return {
    dispatch(owner, request, handler) {
      const { tenantId, ceiling, certificate } = owner;
      const { origin } = request;
      const identity = certificate === undefined ? '' : `${fingerprint(certificate)}\n`;
      // Two pairs never get the same key, because an origin contains no line end.
      const key = `${ceiling ? '' : 'without ceiling\n'}${identity}${pairKey(tenantId, origin)}`;
      const { pool } = entries.get(key) ?? create(key, origin, owner);
      pool.dispatch(request, handler);
    },
    timesOf: connector.timesOf,
    status: () =>
      Array.from(entries.values(), ({ tenantId, origin, pool: { stats }, protocol }) => ({
        tenantId,
        origin,
        protocol,
        poolOpen: stats.connected,
        poolBusy: stats.running,
        poolQueued: stats.pending,
      })),
    async close() {
      const pools = Array.from(entries.values(), ({ pool }) => pool);
      entries.clear();
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function fingerprint({ cert, key }: ClientCertificate): string {
  return hash('sha256', `${cert}\n${key}`);
}
