import { BlockList, isIP } from 'node:net';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { bareHost } from '../../common/http/bare-host.js';
import { percentDecoded } from '../../common/http/percent-decoded.js';
import { addressKind } from '../policy/addresses.js';

interface Destination {
  host: string;
  port: number;
}

/** The proxies that requests go through. */
export interface Proxies {
  /**
   * Returns the proxy for a host, or undefined. Requests to this machine never use a proxy.
   * @throws {ConnectorException} Permanent when the variable with the proxy has a value that cannot be used
   */
  of(protocol: 'http:' | 'https:', target: Destination): URL | undefined;
  /** Whether this is the address of a proxy. */
  has(target: Destination): boolean;
}

/** A proxy of the environment: its URL, or what is wrong with the value. */
type Proxy = { url: URL } | { problem: string };

/**
 * Reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in lower or upper case. NO_PROXY is `*` or a list of hosts and
 * of networks such as 10.0.0.0/8; a host includes its subdomains and may have a port. ALL_PROXY counts only when it is an
 * HTTP proxy: many machines name a SOCKS proxy there, for other programs.
 * @returns undefined when no proxy is set
 */
export function proxiesFrom(env: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const proxy = (name: string): Proxy | undefined => proxyOf(name, valueIn(env, name));
  const all = proxy('ALL_PROXY');
  const rest = all !== undefined && 'url' in all ? all : undefined;
  const proxies = { 'http:': proxy('HTTP_PROXY') ?? rest, 'https:': proxy('HTTPS_PROXY') ?? rest };
  const direct = valueIn(env, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const set = Object.values(proxies).filter((proxy) => proxy !== undefined);
  if (set.length === 0) return undefined;
  return {
    of(protocol, target) {
      const proxy = proxies[protocol];
      if (proxy === undefined || isOwn(target.host) || isDirect(target, direct)) return undefined;
      if ('url' in proxy) return proxy.url;
      throw new ConnectorException(proxy.problem, ErrorClass.Permanent, 0, { hop: 'network' });
    },
    has: ({ host, port }) =>
      set.some((proxy) => 'url' in proxy && hostOf(proxy.url) === host && portOf(proxy.url) === port),
  };
}

/** Returns what is wrong with HTTP_PROXY and HTTPS_PROXY; requests that would use them fail with these messages. */
export function proxyProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  return ['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => {
    const proxy = proxyOf(name, valueIn(env, name));
    return proxy !== undefined && 'problem' in proxy ? [proxy.problem] : [];
  });
}

function valueIn(env: Readonly<Record<string, string | undefined>>, name: string): string {
  return (env[name.toLowerCase()] || env[name] || '').trim();
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
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** The value may contain a password, so no message has it. */
function proxyOf(name: string, text: string): Proxy | undefined {
  if (text === '') return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { url };
  const what = /^socks/i.test(text) ? 'it names a SOCKS proxy' : 'its value is not one';
  return {
    problem: `set ${name} to the URL of an HTTP proxy, e.g. http://proxy.example.com:3128, or add the host to NO_PROXY: ${what}`,
  };
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
