import { isIP } from 'node:net';
import { bareHost } from '../../common/http/bare-host.js';
import { PROTOCOL_CONSTANTS } from '../../protocol/constants.js';

/** The address that a daemon listens at. */
export type ListenAddress = { kind: 'unix'; path: string } | { kind: 'tcp'; host: string; port: number };

/** Returns the address in the form that users see. */
export function addressText(address: ListenAddress): string {
  if (address.kind === 'unix') return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/**
 * Reads `[HOST:]PORT`, e.g. `5000`, `localhost:5000`, `[::1]:5000`.
 * @throws {Error} when the text is not an address, or the host is reachable from other machines.
 */
export function parseTcpAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(':');
  const host = bareHost(text.slice(0, Math.max(colon, 0)));
  const digits = text.slice(colon + 1);
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || port > 65535)
    throw new Error(`"${text}" is not [HOST:]PORT, e.g. 127.0.0.1:5000`);
  return { kind: 'tcp', host: loopback(host === '' ? PROTOCOL_CONSTANTS.DEFAULT_TCP_HOST : host), port };
}

function loopback(host: string): string {
  const own = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (own) return host;
  throw new Error(
    `use 127.0.0.1, ::1 or localhost: other machines can reach ${host}, and the daemon sends requests with your keys`,
  );
}
