import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { buildConnector } from 'undici';
import { type ConnectionTimes, nowUs } from './timings.js';

const TLS_SESSIONS_KEPT = 100;

/** Thrown into a connection that does not come about in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

export interface Connector {
  /** Opens a TCP or TLS connection, as undici asks for it. */
  readonly connect: buildConnector.connector;
  /** When a connection of this connector came to be. */
  timesOf(socket: Socket): ConnectionTimes | undefined;
}

/** Opens upstream connections and keeps the time of each step; undici's own connector tells no DNS time. */
export function createConnector(timeoutMs: number): Connector {
  const times = new WeakMap<Socket, ConnectionTimes>();
  const sessions = new Map<string, Buffer>();

  const open = (options: buildConnector.Options): Socket => {
    const host = options.hostname;
    if (options.protocol !== 'https:') return netConnect({ host, port: Number(options.port || 80) });
    const port = Number(options.port || 443);
    const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
    const session = sessions.get(`${servername ?? host}:${port}`);
    const socket = tlsConnect({
      host,
      port,
      ALPNProtocols: ['http/1.1'],
      ...(servername !== undefined && { servername }),
      ...(session !== undefined && { session }),
    });
    return socket.on('session', (fresh) => {
      sessions.delete(`${servername ?? host}:${port}`);
      sessions.set(`${servername ?? host}:${port}`, fresh);
      const [oldest] = sessions.keys();
      if (oldest !== undefined && sessions.size > TLS_SESSIONS_KEPT) sessions.delete(oldest);
    });
  };

  const connect: buildConnector.connector = (options, callback) => {
    const opened: ConnectionTimes = { startUs: nowUs(), used: false };
    const socket = open(options).setNoDelay(true).setKeepAlive(true, 60_000);
    times.set(socket, opened);
    const ready = options.protocol === 'https:' ? 'secureConnect' : 'connect';

    const timer = setTimeout(() => {
      socket.destroy(new ConnectTimeout(`no connection within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      socket.off('error', onError).off(ready, onReady);
    };
    const onError = (error: Error): void => {
      settle();
      callback(error, null);
    };
    const onReady = (): void => {
      if (ready === 'secureConnect') opened.tlsUs = nowUs();
      settle();
      callback(null, socket);
    };
    socket.once('lookup', () => {
      opened.dnsUs = nowUs();
    });
    // Before `ready`, which is the same event without TLS.
    socket.once('connect', () => {
      opened.connectUs = nowUs();
    });
    socket.once(ready, onReady).once('error', onError);
  };

  return { connect, timesOf: (socket) => times.get(socket) };
}
