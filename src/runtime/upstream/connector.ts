import { isIP, type OnReadOpts, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  getCACertificates,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import type { buildConnector } from 'undici';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { ClientCertificate } from '../../protocol/messages.js';
import { refused } from '../policy/egress.js';
import { dial, settled, type Target } from './dial.js';
import type { Proxies } from './proxy.js';
import { type ConnectionTimes, nowUs } from './timings.js';
import { noProxy, openTunnel } from './tunnel.js';

const TLS_SESSIONS_KEPT = 100;

/** Thrown when opening a connection takes too long. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

export interface ConnectorOptions {
  /**
   * Receives the bytes of each read of a connection without TLS, in place of its `data` events. The bytes are only
   * valid during the call: all connections read into one buffer.
   */
  onRead?: (socket: Socket, bytes: Buffer) => void;
  /** Longest time to connect, in ms. */
  timeoutMs: number;
  /** Returns why an address must not be connected to, or undefined when it may. Not called for a proxy's address. */
  refusalOf?: (address: string) => string | undefined;
  proxies?: Proxies;
  /** Certificates (PEM) to trust besides the system's. */
  ca?: string;
  /** Whether TLS certificates are checked. Default: true. */
  verify?: boolean;
  /** TLS ciphers in OpenSSL's form. Default: Node's. */
  ciphers?: string;
  /** Whether HTTP/2 is used with servers that offer it in the TLS handshake (ALPN). Default: true. */
  http2?: boolean;
}

export interface Connector {
  /** Returns a connector for undici. It presents this certificate to servers that demand one. */
  connectAs(certificate: ClientCertificate | undefined): buildConnector.connector;
  /** Returns the times of a connection that this connector opened. */
  timesOf(socket: object): ConnectionTimes | undefined;
}

/**
 * Opens upstream connections and records the time of each step. undici's own connector does not report the DNS time.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { timeoutMs, refusalOf = () => undefined, proxies } = options;
  const times = new WeakMap<object, ConnectionTimes>();
  const trust = trustOf(options);
  const anonymous = createTls(trust, options.http2);
  const onread = options.onRead && intoOneBuffer(options.onRead);

  const open = async (
    { hostname: host, protocol, port, servername }: buildConnector.Options,
    secure: Secure,
    opened: ConnectionTimes,
    signal: AbortSignal,
  ): Promise<Socket> => {
    const origin = `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
    const target = { host, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
    const proxy = protocol === 'https:' ? proxies?.of('https:', target) : undefined;
    let socket: Socket;
    if (proxies?.has(target)) {
      socket = await dial(target, { opened, signal, onread }).catch((error: Error) => {
        throw noProxy('HTTP_PROXY', origin, error);
      });
    } else if (proxy !== undefined) {
      socket = await openTunnel(proxy, target, (at) => dial(at, { opened, signal }), trust, signal);
    } else {
      const why = isIP(host) === 0 ? undefined : refusalOf(host);
      if (why !== undefined) throw refused(origin, why);
      socket = await dial(target, { opened, signal, onread, permit: permitted(origin, refusalOf) });
    }
    if (protocol !== 'https:') return socket;
    const encrypted = await secure(socket, servername ?? host, target, signal);
    opened.tlsUs = nowUs();
    if (encrypted.alpnProtocol === 'h2') opened.protocol = 'h2';
    return encrypted;
  };

  const connect = (
    wanted: buildConnector.Options,
    secure: Secure,
    callback: buildConnector.Callback,
  ): void => {
    const opened: ConnectionTimes = { startUs: nowUs(), protocol: 'http/1.1', used: false };
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort(new ConnectTimeout(`no connection within ${timeoutMs / 1000} s (--connect-timeout)`));
    }, timeoutMs);
    open(wanted, secure, opened, limit.signal).then(
      (socket) => {
        clearTimeout(timer);
        times.set(socket, opened);
        callback(null, socket);
      },
      (error: Error) => {
        clearTimeout(timer);
        callback(error, null);
      },
    );
  };

  return {
    connectAs(certificate) {
      let secure = certificate === undefined ? anonymous : undefined;
      return (wanted, callback) => {
        try {
          secure ??= createTls(trustOf(options, certificate), options.http2);
          connect(wanted, secure, callback);
        } catch (error) {
          callback(unusableCertificate(error), null);
        }
      };
    },
    timesOf: (socket) => times.get(socket),
  };
}

/** The size of the buffer, in bytes, and so of the largest read. */
const READ_BYTES = 64 * 1024;

/** Reads into one buffer. Otherwise Node allocates one for each read. */
function intoOneBuffer(onRead: NonNullable<ConnectorOptions['onRead']>): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  return {
    buffer,
    // Node calls it as a method of the socket.
    callback(this: Socket, length: number) {
      onRead(this, buffer.subarray(0, length));
      return true;
    },
  };
}

type Secure = (socket: Socket, name: string, target: Target, signal: AbortSignal) => Promise<TLSSocket>;

/** Returns the TLS options: the trusted authorities and the client certificate. */
function trustOf(
  { ca, verify = true, ciphers }: ConnectorOptions,
  identity?: ClientCertificate,
): ConnectionOptions {
  const authorities = ca !== undefined && { ca: [...getCACertificates('default'), ca] };
  return {
    rejectUnauthorized: verify,
    ...(ciphers !== undefined && { ciphers }),
    ...((ca !== undefined || identity !== undefined) && {
      secureContext: createSecureContext({ ...authorities, ...identity }),
    }),
  };
}

/** Quotes only OpenSSL's reason, because it reveals nothing of the key. */
function unusableCertificate(error: unknown): ConnectorException {
  const reason = error instanceof Error && 'reason' in error ? String(error.reason) : 'it cannot be read';
  const text = `check client_cert and client_key: the client certificate cannot be used: ${reason}`;
  return new ConnectorException(text, ErrorClass.InvalidRequest, 0, { hop: 'client' });
}

/**
 * Returns a function that starts TLS on a connection. It keeps TLS sessions, which save the next handshake a round
 * trip.
 */
function createTls(trust: ConnectionOptions, http2 = true): Secure {
  const sessions = new Map<string, Buffer>();

  return async (socket, name, { port }, signal) => {
    const key = `${name}:${port}`;
    const session = sessions.get(key);
    const encrypted = tlsConnect({
      socket,
      host: name,
      ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      ...trust,
      ...(isIP(name) === 0 && { servername: name }),
      ...(session !== undefined && { session }),
    });
    encrypted.on('session', (fresh) => {
      sessions.delete(key);
      sessions.set(key, fresh);
      const [oldest] = sessions.keys();
      if (oldest !== undefined && sessions.size > TLS_SESSIONS_KEPT) sessions.delete(oldest);
    });
    await settled(encrypted, 'secureConnect', signal);
    // Destroy the socket on a TLS alert: otherwise undici would report only the connection's end, which follows at
    // once.
    encrypted.once('error', () => encrypted.destroy());
    return encrypted;
  };
}

/** Returns a function that drops the addresses that must not be connected to, and throws when none is left. */
function permitted(origin: string, refusalOf: (address: string) => string | undefined) {
  return (addresses: readonly string[]): readonly string[] => {
    const usable = addresses.filter((address) => refusalOf(address) === undefined);
    if (usable.length > 0) return usable;
    throw refused(origin, refusalOf(addresses[0] ?? '') ?? 'its name has no address');
  };
}
