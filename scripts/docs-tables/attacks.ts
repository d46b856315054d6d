// The table of attacks that the tests run, counted from the tests' own lists.
import { ATTACKS } from '../../test/e2e/hostile-provider/bodies.js';
import { OVER_HTTP1 } from '../../test/runtime/hostile-providers/h1-attacks.js';
import { OVER_HTTP2 } from '../../test/runtime/hostile-providers/h2-attacks.js';
import {
  ADDRESSES,
  FORBIDDEN_REDIRECTS,
  FORBIDDEN_URLS,
  REBOUND,
} from '../../test/runtime/policy/address-cases.js';

const HOSTILE_PROVIDERS = 'test/runtime/hostile-providers/';

const kinds = Object.entries(ADDRESSES).map(
  ([kind, list]) => [kind, list.trim().split(/\s+/).length] as const,
);
const namesOf = (attacks: readonly { name: string }[]): string => attacks.map(({ name }) => name).join('; ');

export const ATTACK_ROWS: readonly (readonly string[])[] = [
  [
    'addresses that a name resolves to',
    String(kinds.reduce((sum, [, count]) => sum + count, 0)),
    kinds.map(([kind, count]) => `${count} ${kind}`).join(', '),
    '`test/runtime/policy/addresses.test.ts`',
  ],
  [
    'spellings of a forbidden URL',
    String(FORBIDDEN_URLS.length),
    'numbers in other bases, full-width digits, escapes, IPv4 in IPv6, backslashes, white space',
    '`test/runtime/policy/addresses.test.ts`',
  ],
  [
    'redirects to a forbidden address',
    String(FORBIDDEN_REDIRECTS.length),
    'the same spellings, and URLs relative to the origin',
    '`test/runtime/policy/redirects.test.ts`',
  ],
  [
    'DNS rebinding',
    String(REBOUND.length),
    'a name that resolves to a forbidden address after an allowed one',
    '`test/runtime/policy/rebinding.test.ts`',
  ],
  ['responses over HTTP/1.1', String(OVER_HTTP1.length), namesOf(OVER_HTTP1), `\`${HOSTILE_PROVIDERS}\``],
  ['responses over HTTP/2', String(OVER_HTTP2.length), namesOf(OVER_HTTP2), `\`${HOSTILE_PROVIDERS}\``],
  [
    'bodies',
    String(ATTACKS.length),
    ATTACKS.map(([name]) => name).join('; '),
    '`test/e2e/hostile-provider/`',
  ],
];
