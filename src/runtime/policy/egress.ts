import { isIP } from 'node:net';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { bareHost } from '../../common/http/bare-host.js';
import type { Transport } from '../upstream/transport.js';
import { type AddressKind, addressKind } from './addresses.js';

/** Rules for the addresses that a daemon may send requests to. */
export interface EgressRules {
  /** Allowed origins, e.g. `https://api.openai.com`. An empty list allows all origins that are not denied. */
  allow: readonly string[];
  deny: readonly string[];
  /** Whether requests to this machine are allowed. Safe only for a daemon that serves one user. */
  loopback: boolean;
  /** Whether `http:` is allowed besides `https:`. */
  plain: boolean;
}

export interface Egress {
  /** @throws {ConnectorException} Permanent when the URL itself breaks a rule. */
  checkUrl(url: URL): void;
  /**
   * Returns why the daemon must not connect to an address, or undefined when it may. Call it for each address that a
   * name resolves to.
   */
  refusalOf(address: string): string | undefined;
}

/** Creates the check of addresses that requests may reach. */
export function createEgress(rules: EgressRules): Egress {
  const refusalOf = (address: string): string | undefined => {
    const kind = addressKind(address);
    if (kind === 'public' || kind === 'private' || (kind === 'loopback' && rules.loopback)) return undefined;
    return `${address} is ${WORDS[kind]}`;
  };
  const originRefusal = ({ origin, protocol, hostname }: URL): string | undefined => {
    if (protocol === 'http:' && !rules.plain) return 'the daemon sends requests over https: only';
    if (rules.deny.includes(origin)) return "the daemon's rules deny this origin";
    if (rules.allow.length > 0 && !rules.allow.includes(origin)) {
      return "the daemon's rules allow other origins only";
    }
    // The URL parser has already normalised other notations, e.g. 0x7f.1 and 2130706433.
    const host = bareHost(hostname);
    return isIP(host) === 0 ? undefined : refusalOf(host);
  };

  /** Origins that passed the check before. */
  const passed = new Set<string>();
  return {
    refusalOf,
    checkUrl(url) {
      const { origin } = url;
      if (passed.has(origin)) return;
      const why = originRefusal(url);
      if (why !== undefined) throw refused(origin, why);
      if (passed.size >= MAX_REMEMBERED) passed.clear();
      passed.add(origin);
    },
  };
}

const MAX_REMEMBERED = 1000;

/** Refuses requests whose URL breaks a rule. The connector checks the addresses that host names resolve to. */
export function withEgress(next: Transport, egress: Egress): Transport {
  return async (call, sink) => {
    egress.checkUrl(call.request.url);
    await next(call, sink);
  };
}

const WORDS: Record<Exclude<AddressKind, 'public' | 'private'>, string> = {
  loopback: 'this machine itself (--loopback allow permits it)',
  'link-local': 'a link-local address',
  metadata: 'an address where clouds serve credentials',
  reserved: 'a reserved address, which no server can have',
};

/** Returns the error for a request that breaks a rule. */
export function refused(origin: string, why: string): ConnectorException {
  const text = `use another address, or change the daemon's rules: requests to ${origin} are not allowed (${why})`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'daemon' });
}
