import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { ConnectorException, ErrorClass, messageOf } from '../../common/errors.js';
import type { Target } from './dial.js';
import { hostOf, portOf, proxyAuthorization } from './proxy.js';

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Opens a tunnel to `target` through a proxy with CONNECT (RFC 9110, 9.3.6).
 * @param dial opens the connection to the proxy
 * @param trust TLS options for a proxy with TLS
 * @throws {ConnectorException} when the proxy can't be reached or refuses
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
    throw noProxy('HTTPS_PROXY', proxy.origin, error);
  });
  const socket =
    proxy.protocol === 'https:'
      ? tlsConnect({ ...trust, socket: plain, host: name, ...(isIP(name) === 0 && { servername: name }) })
      : plain;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const authority = `${host}:${target.port}`;
  const authorization = proxyAuthorization(proxy);
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const answer = await answerOf(socket, signal);
  const { status } = answer;
  const error: unknown = signal.aborted ? signal.reason : answer.error;
  if (error === undefined && status >= 200 && status < 300) return socket;
  socket.destroy();
  // Node's messages may have advice for developers after a semicolon.
  const [reason] = error === undefined ? [`it answered ${status || 'nothing'}`] : messageOf(error).split(';');
  const verb = authorization === undefined ? 'demands a' : 'refuses the';
  const why = MEANS_PASSWORD.has(status) ? `it ${verb} user name and password` : reason;
  const text = `check HTTPS_PROXY: the proxy ${proxy.origin} opens no tunnel to ${authority}: ${why}`;
  const errorClass = status >= 500 || status === 0 ? ErrorClass.Transient : ErrorClass.Permanent;
  throw new ConnectorException(text, errorClass, 0, { hop: 'network', cause: error });
}

/** Statuses by which a proxy demands a password. Some proxies answer 401 instead of 407. */
const MEANS_PASSWORD: ReadonlySet<number> = new Set([401, 407]);

/** Returns the error for a proxy that can't be connected to. */
export function noProxy(variable: string, proxy: string, cause: Error): ConnectorException {
  const text = `check ${variable}: no connection to the proxy ${proxy}: ${messageOf(cause)}`;
  return new ConnectorException(text, ErrorClass.Transient, 0, { hop: 'network', cause });
}

interface ProxyAnswer {
  /** 0 when the proxy sent no status in time. */
  status: number;
  /** The error that ended the connection before the answer. */
  error?: Error;
}

/** Reads the head of the proxy's answer. The bytes after it stay unread. */
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
    // The error listener stays: without it a later error would be uncaught. The TLS layer above reports it.
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}
