import { waitOf } from '../protocol/retry-after.js';

/** One limit that the provider counts this caller against. */
export interface RateLimit {
  /** What is counted: `requests`, `tokens`, `input-tokens`, `output-tokens`, or the policy's name. */
  of: string;
  limit?: number;
  remaining: number;
  /** How long until the limit is renewed, in ms from the response. */
  resetMs?: number;
}

/** Names in lower case. */
type Headers = Readonly<Record<string, string>>;

/** The headers with a limit, its remainder and its renewal. */
const TRIPLES: readonly [of: string, limit: string, remaining: string, reset: string][] = [
  ...['requests', 'tokens'].map((of): [string, string, string, string] => [
    of,
    `x-ratelimit-limit-${of}`,
    `x-ratelimit-remaining-${of}`,
    `x-ratelimit-reset-${of}`,
  ]),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((of): [string, string, string, string] => [
    of,
    `anthropic-ratelimit-${of}-limit`,
    `anthropic-ratelimit-${of}-remaining`,
    `anthropic-ratelimit-${of}-reset`,
  ]),
  ['requests', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['requests', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
];
const MOST = 8;
/** The headers that `rateLimitsIn` reads. */
export const RATE_LIMIT_HEADERS: readonly string[] = [
  ...TRIPLES.flatMap(([, ...names]) => names),
  'ratelimit',
  'ratelimit-policy',
];

/**
 * The rate limits in a response's headers: OpenAI's and Groq's (`x-ratelimit-*`), Anthropic's, and the IETF's
 * drafts (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, also their earlier forms).
 * @param headers names in lower case
 * @param nowMs Unix time, for renewals given as a date
 */
export function rateLimitsIn(headers: Headers, nowMs: number): RateLimit[] {
  const limits = TRIPLES.flatMap(([of, limit, remaining, reset]) =>
    limitOf(of, headers[limit], headers[remaining], headers[reset], nowMs),
  );
  return [...limits, ...draftLimits(headers.ratelimit ?? '', headers['ratelimit-policy'] ?? '')].slice(
    0,
    MOST,
  );
}

function limitOf(
  of: string,
  limit: string | undefined,
  remaining: string | undefined,
  reset: string | undefined,
  nowMs: number,
): RateLimit[] {
  const left = countOf(remaining);
  if (left === undefined) return [];
  const most = countOf(limit);
  const resetMs = waitOf(reset, nowMs);
  return [
    {
      of,
      remaining: left,
      ...(most !== undefined && { limit: most }),
      ...(resetMs !== undefined && { resetMs }),
    },
  ];
}

/** `"default";r=50;t=30` with the policy `"default";q=100;w=60`, or `limit=100, remaining=50, reset=5`. */
function draftLimits(header: string, policy: string): RateLimit[] {
  const old = /^\s*limit=/.test(header)
    ? Object.fromEntries(parametersOf(header.replaceAll(',', ';')))
    : undefined;
  if (old !== undefined) return limitOf('requests', old.limit, old.remaining, old.reset, 0);
  const quotas = new Map(itemsOf(policy).map(({ name, parameters }) => [name, parameters.q]));
  return itemsOf(header).flatMap(({ name, parameters }) =>
    limitOf(name, quotas.get(name), parameters.r, parameters.t, 0),
  );
}

function itemsOf(header: string): { name: string; parameters: Record<string, string> }[] {
  return header
    .slice(0, 1024)
    .split(',')
    .flatMap((item) => {
      const name = /^\s*"?([\w-]{1,40})"?\s*;/.exec(item)?.[1];
      return name === undefined ? [] : [{ name, parameters: Object.fromEntries(parametersOf(item)) }];
    });
}

function parametersOf(item: string): [string, string][] {
  return [...item.matchAll(/(?:^|;)\s*(\w{1,20})=(\d{1,15})/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
}

function countOf(value: string | undefined): number | undefined {
  const found = /^\s*(\d{1,15})\b/.exec(value ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
