import { BlockList, isIP } from 'node:net';
import { bareHost } from '../../common/http/bare-host.js';
import { addressKind } from '../policy/addresses.js';

interface Destination {
  host: string;
  port: number;
}

/** The proxies that requests go through. */
export interface Proxies {
  /** Returns the proxy for a host, or undefined. Requests to this machine never use a proxy. */
  of(protocol: 'http:' | 'https:', target: Destination): URL | undefined;
  /** Whether this is the address of a proxy. */
  has(target: Destination): boolean;
}

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in lower or upper case. NO_PROXY is `*` or a list of hosts and of
 * networks such as 10.0.0.0/8; a host includes its subdomains and may have a port.
 * @returns undefined when no proxy is set
 * @throws {Error} that names the variable whose value is not an address
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

/** Returns a URL's host for a socket: an IPv6 address without brackets. */
export function hostOf({ hostname }: URL): string {
  return bareHost(hostname);
}

/** Returns the port of a proxy's URL, or the usual one of its scheme. */
export function portOf({ protocol, port }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/** Returns the value of Proxy-Authorization, or undefined when the proxy's URL has no user name. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function proxyUrl(name: string, value: (name: string) => string): URL | undefined {
  const text = value(name);
  if (text === '') return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  // The value may contain a password, so the error leaves it out.
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(
    `set ${name} to the URL of an HTTP proxy, e.g. http://proxy.example.com:3128: its value is not one`,
  );
}

function isOwn(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && addressKind(host) === 'loopback');
}

function isDirect({ host, port }: Destination, direct: readonly string[]): boolean {
  return direct.some((entry) => {
    if (entry === '*' || isInNetwork(host, entry)) return true;
    const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}

/** Whether the host is this address, or an address in this network, e.g. 10.0.0.0/8. */
function isInNetwork(host: string, network: string): boolean {
  const kind = isIP(host);
  const most = kind === 4 ? 32 : 128;
  const [address = '', bits = `${most}`] = network.split('/');
  if (kind === 0 || isIP(address) !== kind || !/^\d+$/.test(bits) || Number(bits) > most) return false;
  const family = kind === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}
