import { isOwnHost } from '../../common/http/own-host.js';
import { type Reply, textReply } from '../chat/reply.js';
import type { SimulatorRequest } from './surroundings.js';

/**
 * Returns the response headers that let a web page read the response (CORS), as providers send them. Only pages of this
 * machine get them, because replayed answers may be private. No page gets them for paths below /admin.
 */
export function pageHeaders({
  path,
  headers,
}: Pick<SimulatorRequest, 'path' | 'headers'>): [string, string][] {
  const { origin } = headers;
  if (origin === undefined || path.startsWith('/admin') || !isOwnPage(origin)) return [];
  return [
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', '*'],
    ['vary', 'origin'],
  ];
}

/** Returns the reply to a page's preflight request; undefined for other requests. */
export function preflightReply({ method, path, headers }: SimulatorRequest): Reply | undefined {
  const requested = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || requested === undefined || pageHeaders({ path, headers }).length === 0)
    return undefined;
  return textReply(200, '', 'text/plain', {
    'access-control-allow-methods': requested,
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '600',
  });
}

function isOwnPage(origin: string): boolean {
  return URL.canParse(origin) && isOwnHost(new URL(origin).host);
}
