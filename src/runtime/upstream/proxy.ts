import { isIP } from 'node:net';
import { addressKind } from '../policy/addresses.js';

interface Place {
  host: string;
  port: number;
}

/** The proxies that requests go through. */
export interface Proxies {
  /** The proxy for a host; undefined: none. This machine is never asked through one. */
  of(protocol: 'http:' | 'https:', target: Place): URL | undefined;
  /** Whether this is a proxy's own address. */
  has(target: Place): boolean;
}

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in small letters or capitals. NO_PROXY is a list of hosts, each
 * with its subdomains, or `*`; a port may follow.
 * @returns undefined where no proxy is set
 * @throws {Error} that names the variable with a value of no use
 */
export function proxiesFrom(env: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const value = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const proxies = { 'http:': proxyUrl('HTTP_PROXY', value), 'https:': proxyUrl('HTTPS_PROXY', value) };
  const direct = value('NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const set = Object.values(proxies).filter((proxy) => proxy !== undefined);
  if (set.length === 0) return undefined;
  return {
    of(protocol, target) {
      const proxy = proxies[protocol];
      return proxy === undefined || isOwn(target.host) || isDirect(target, direct) ? undefined : proxy;
    },
    has: ({ host, port }) => set.some((proxy) => hostOf(proxy) === host && portOf(proxy) === port),
  };
}

/** A URL's host as sockets take it, an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

export function portOf({ protocol, port }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/** The value of Proxy-Authorization for a proxy's URL with a user name; undefined without one. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function proxyUrl(name: string, value: (name: string) => string): URL | undefined {
  const text = value(name);
  if (text === '') return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  // The value may hold a password: it is not repeated.
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`${name} is no address of an HTTP proxy; give one such as http://proxy.example.com:3128`);
}

function isOwn(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && addressKind(host) === 'loopback');
}

function isDirect({ host, port }: Place, direct: readonly string[]): boolean {
  return direct.some((entry) => {
    if (entry === '*') return true;
    const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}
