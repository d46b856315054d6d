import { isIP } from 'node:net';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { Transport } from '../upstream/transport.js';
import { type AddressKind, addressKind } from './addresses.js';

/** The rules for where a daemon sends requests. */
export interface EgressRules {
  /** Allowed origins, e.g. `https://api.openai.com`; empty: all but the denied ones. */
  allow: readonly string[];
  deny: readonly string[];
  /** Whether requests to this machine are allowed: right only for a user's own daemon. */
  loopback: boolean;
  /** Whether `http:` is allowed, or only `https:`. */
  plain: boolean;
}

export interface Egress {
  /** @throws {ConnectorException} Permanent when the URL itself breaks a rule. */
  checkUrl(url: URL): void;
  /** Why the daemon must not connect to an address; undefined when it may. Call it for each address that a name resolves to. */
  refusalOf(address: string): string | undefined;
}

export function createEgress(rules: EgressRules): Egress {
  const refusalOf = (address: string): string | undefined => {
    const kind = addressKind(address);
    if (kind === 'public' || kind === 'private' || (kind === 'loopback' && rules.loopback)) return undefined;
    return `${address} is ${WORDS[kind]}`;
  };
  const originRefusal = ({ origin, protocol, hostname }: URL): string | undefined => {
    if (protocol === 'http:' && !rules.plain) return 'it speaks https: only';
    if (rules.deny.includes(origin)) return 'its configuration denies that origin';
    if (rules.allow.length > 0 && !rules.allow.includes(origin)) {
      return 'its configuration allows other origins only';
    }
    // The URL parser has already normalised forms such as 0x7f.1 and 2130706433.
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    return isIP(host) === 0 ? undefined : refusalOf(host);
  };

  /** Caches the origins that passed the check. */
  const fine = new Set<string>();
  return {
    refusalOf,
    checkUrl(url) {
      const { origin } = url;
      if (fine.has(origin)) return;
      const why = originRefusal(url);
      if (why !== undefined) throw refused(origin, why);
      if (fine.size >= MAX_REMEMBERED) fine.clear();
      fine.add(origin);
    },
  };
}

const MAX_REMEMBERED = 1000;

/** Passes a request whose URL keeps the rules; the addresses of names are checked when they are resolved. */
export function withEgress(next: Transport, egress: Egress): Transport {
  return async (call, sink) => {
    egress.checkUrl(call.request.url);
    await next(call, sink);
  };
}

const WORDS: Record<Exclude<AddressKind, 'public' | 'private'>, string> = {
  loopback: 'this machine itself (--loopback allow permits it)',
  'link-local': 'a link-local address',
  metadata: 'where clouds hand out credentials',
  reserved: 'reserved, and no server has it',
};

/** The error for a request that breaks a rule. */
export function refused(origin: string, why: string): ConnectorException {
  const text = `the daemon sends nothing to ${origin}: ${why}. Use another address, or have its rules changed`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'daemon' });
}
