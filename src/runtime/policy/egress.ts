import { isIP } from 'node:net';
import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { Transport } from '../upstream/transport.js';
import { type AddressKind, addressKind } from './addresses.js';

/** Where a daemon sends requests. */
export interface EgressRules {
  /** Origins that may be asked, e.g. `https://api.openai.com`; empty: all but the denied ones. */
  allow: readonly string[];
  deny: readonly string[];
  /** Whether this machine itself may be asked: right for a user's own daemon, and for no other. */
  loopback: boolean;
  /** Whether `http:` may be spoken, or `https:` alone. */
  plain: boolean;
}

export interface Egress {
  /** @throws {ConnectorException} Permanent when a URL must not be asked, as far as it tells itself. */
  checkUrl(url: URL): void;
  /** Why an address must not be connected to; undefined: it may. To be asked of what a name resolves to. */
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
    // The URL parser has written 0x7f.1, 2130706433 and their like as addresses by now.
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    return isIP(host) === 0 ? undefined : refusalOf(host);
  };

  /** Origins that may be asked, as far as they tell themselves: each is looked at once. */
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

/** Lets a request through when its URL may be asked; names are looked at again when they are resolved. */
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
  'not a host': 'no host',
};

/** The daemon will not send a request there. */
export function refused(origin: string, why: string): ConnectorException {
  const text = `the daemon sends nothing to ${origin}: ${why}. Use another address, or have its rules changed`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'daemon' });
}
