import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import { hostOf, portOf, proxyAuthorization } from './proxy.js';
import type { Target } from './target.js';

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Asks a proxy for a way through to `target` (RFC 9110, 9.3.6).
 * @param dial opens the connection to the proxy
 * @param trust whom a proxy with TLS may be
 * @throws {ConnectorException} when the proxy refuses
 */
export async function openTunnel(
  proxy: URL,
  target: Target,
  dial: (target: Target) => Promise<Socket>,
  trust: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const name = hostOf(proxy);
  const plain = await dial({ host: name, port: portOf(proxy) }).catch((error: Error) => {
    const text = `no connection to the proxy ${proxy.origin}: ${error.message}. Check HTTPS_PROXY`;
    throw new ConnectorException(text, ErrorClass.Transient, 0, { hop: 'network', cause: error });
  });
  const socket =
    proxy.protocol === 'https:'
      ? tlsConnect({ ...trust, socket: plain, host: name, ...(isIP(name) === 0 && { servername: name }) })
      : plain;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const place = `${host}:${target.port}`;
  const authorization = proxyAuthorization(proxy);
  const lines = [
    `CONNECT ${place} HTTP/1.1`,
    `Host: ${place}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const { status, error } = await answerOf(socket, signal);
  signal.throwIfAborted();
  if (status >= 200 && status < 300) return socket;
  socket.destroy();
  // What follows a semicolon is Node's advice to Node's users.
  const [reason] = error === undefined ? [`it answered ${status || 'nothing'}`] : messageOf(error).split(';');
  const why = status === 407 ? 'it wants a user name and password' : reason;
  const text = `the proxy ${proxy.origin} gives no way to ${place}: ${why}. Check HTTPS_PROXY`;
  const errorClass = status >= 500 || status === 0 ? ErrorClass.Transient : ErrorClass.Permanent;
  throw new ConnectorException(text, errorClass, 0, { hop: 'network', cause: error });
}

interface ProxyAnswer {
  /** 0 when it gave none, or none in time. */
  status: number;
  /** Why the connection ended before. */
  error?: Error;
}

/** The proxy's answer. The bytes after its head stay unread. */
function answerOf(socket: Socket, signal: AbortSignal): Promise<ProxyAnswer> {
  return new Promise((resolve) => {
    let head = '';
    const end = (answer: ProxyAnswer): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('data', onData).off('close', onClose);
      resolve(answer);
    };
    const onError = (error: Error): void => end({ status: 0, error });
    const onClose = (): void => end({ status: 0 });
    const onAbort = (): void => void socket.destroy();
    const onData = (bytes: Buffer): void => {
      head += bytes.toString('latin1');
      const length = head.indexOf('\r\n\r\n');
      if (length < 0 && head.length < MAX_HEAD_BYTES) return;
      socket.pause();
      end({ status: Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0) });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // The error's listener stays: of one that comes later, TLS on top of it tells.
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}
