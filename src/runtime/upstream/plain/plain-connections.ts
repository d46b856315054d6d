import { DEFAULT_LIMITS } from '../../limits.js';
import { createConnector } from '../connector.js';
import { hostOf, portOf } from '../proxy.js';
import type { PoolOptions } from '../upstream-pools.js';
import { type Connection, createConnection } from './connection.js';

/** Connections without TLS, without a limit on their number. Idle connections are kept for further requests. */
export interface PlainConnections {
  /** Whether plain connections can be used for the URL: it needs neither TLS nor a proxy. */
  serves(url: URL): boolean;
  /** Returns a connection that is idle at `nowMs`, or undefined: then call `open`. */
  idle(origin: string, nowMs: number): Connection | undefined;
  open(url: URL, take: (connection: Connection) => void, fail: (error: Error) => void): void;
  /** Closes all connections. Requests that still run fail. */
  close(): void;
}

/** Creates an empty pool of HTTP/1.1 connections to `http:` origins. */
export function createPlainConnections(options: PoolOptions): PlainConnections {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const readers = new WeakMap<object, Connection>();
  const connector = createConnector({
    ...options,
    http2: false,
    timeoutMs: limits.connectTimeoutMs,
    onRead: (socket, bytes) => readers.get(socket)?.read(bytes),
  });
  const connect = connector.connectAs(undefined);
  const all = new Set<Connection>();
  const idleByOrigin = new Map<string, Connection[]>();
  let closed = false;

  const idleAt = (origin: string): Connection[] => {
    const known = idleByOrigin.get(origin);
    if (known !== undefined) return known;
    const made: Connection[] = [];
    idleByOrigin.set(origin, made);
    return made;
  };

  return {
    serves: (url) =>
      url.protocol === 'http:' &&
      options.proxies?.of('http:', { host: hostOf(url), port: portOf(url) }) === undefined,
    idle(origin, nowMs) {
      const idle = idleByOrigin.get(origin);
      for (let one = idle?.pop(); one !== undefined; one = idle?.pop()) {
        if (!one.isStale(nowMs)) return one;
        one.destroy();
      }
      return undefined;
    },
    open({ hostname, protocol, port, origin }, take, fail) {
      const idle = idleAt(origin);
      connect({ hostname, protocol, port }, (error, socket) => {
        const times = socket === null ? undefined : connector.timesOf(socket);
        if (socket === null || times === undefined) return fail(error ?? new Error('no connection'));
        const connection = createConnection(socket, times, {
          headBytes: limits.responseHeaderBytes,
          keepAliveMs: limits.keepAliveMs,
          onIdle: (free) => idle.push(free),
          onClosed(ended) {
            all.delete(ended);
            const at = idle.indexOf(ended);
            if (at >= 0) idle.splice(at, 1);
          },
        });
        all.add(connection);
        readers.set(socket, connection);
        take(connection);
        if (closed) connection.destroy();
      });
    },
    close() {
      closed = true;
      for (const connection of all) connection.destroy();
    },
  };
}
