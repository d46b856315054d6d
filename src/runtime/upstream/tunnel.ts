import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { ConnectorException, ErrorClass } from '../../errors.js';
import type { Target } from './connector.js';
import { hostOf, portOf, proxyAuthorization } from './proxy.js';

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Asks a proxy for a way through to `target` (RFC 9110, 9.3.6).
 * @param dial opens the connection to the proxy
 * @throws {ConnectorException} when the proxy refuses
 */
export async function openTunnel(
  proxy: URL,
  target: Target,
  dial: (target: Target) => Promise<Socket>,
  signal: AbortSignal,
): Promise<Socket> {
  const plain = await dial({ host: hostOf(proxy), port: portOf(proxy) }).catch((error: Error) => {
    const text = `no connection to the proxy ${proxy.origin}: ${error.message}. Check HTTPS_PROXY`;
    throw new ConnectorException(text, ErrorClass.Transient, 0, { hop: 'network', cause: error });
  });
  const socket = proxy.protocol === 'https:' ? tlsConnect({ socket: plain, host: hostOf(proxy) }) : plain;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const place = `${host}:${target.port}`;
  const authorization = proxyAuthorization(proxy);
  const lines = [
    `CONNECT ${place} HTTP/1.1`,
    `Host: ${place}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const status = await statusOf(socket, signal);
  signal.throwIfAborted();
  if (status >= 200 && status < 300) return socket;
  socket.destroy();
  const why = status === 407 ? 'it wants a user name and password' : `it answered ${status || 'nothing'}`;
  const text = `the proxy ${proxy.origin} gives no way to ${place}: ${why}. Check HTTPS_PROXY`;
  const errorClass = status >= 500 || status === 0 ? ErrorClass.Transient : ErrorClass.Permanent;
  throw new ConnectorException(text, errorClass, 0, { hop: 'network' });
}

/** The status of the proxy's answer; 0 when it gave none, or none in time. The bytes after its head stay unread. */
function statusOf(socket: Socket, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    let head = '';
    const end = (status: number): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('data', onData).off('error', onEnd).off('close', onEnd);
      resolve(status);
    };
    const onEnd = (): void => end(0);
    const onAbort = (): void => void socket.destroy();
    const onData = (bytes: Buffer): void => {
      head += bytes.toString('latin1');
      const length = head.indexOf('\r\n\r\n');
      if (length < 0 && head.length < MAX_HEAD_BYTES) return;
      socket.pause();
      end(Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('data', onData).on('error', onEnd).on('close', onEnd);
  });
}
