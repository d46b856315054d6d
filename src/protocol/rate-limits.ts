import { dateOf, waitOf } from './wait.js';

/** One of the provider's rate limits for this caller. */
export interface RateLimit {
  /** The counted unit: `requests`, `tokens`, `input-tokens`, `requests-day`, or the policy's name. */
  of: string;
  limit?: number;
  remaining: number;
  /** How long until the limit is renewed, in ms from the response. */
  resetMs?: number;
}

const PARTS = ['limit', 'remaining', 'reset'] as const;
type Part = (typeof PARTS)[number];

/** Matches a header with a limit, its remainder or its renewal. A unit, e.g. `tokens`, follows that word or precedes it. */
const FORMS: readonly RegExp[] = [
  /^x-rate-?limit-(?<part>limit|remaining|reset)(?:-after)?(?:-(?<of>[\w-]{1,40}))?$/,
  /^anthropic-ratelimit-(?<of>[\w-]{1,40})-(?<part>limit|remaining|reset)$/,
  /^(?:helicone-)?ratelimit-(?<part>limit|remaining|reset)$/,
];
const NAMED = /rate-?limit/;
const DRAFT = ['ratelimit', 'ratelimit-policy'];
/** The most rate limits that are read, so that a response can't fill the screen. */
const MOST = 8;

/** Whether `rateLimitsIn` reads this header. */
export function isRateLimitHeader(name: string): boolean {
  return DRAFT.includes(name) || (NAMED.test(name) && FORMS.some((form) => form.test(name)));
}

/**
 * Returns the rate limits in a response's headers. Reads the headers of OpenAI, Groq, Mistral and others
 * (`x-ratelimit-*`), Anthropic's, and the IETF's drafts in all versions
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
 * @param headers names in lower case
 * @param nowMs Unix time, for renewals given as a date, when the response has no Date header
 */
export function rateLimitsIn(headers: Readonly<Record<string, string>>, nowMs: number): RateLimit[] {
  const found = new Map<string, Partial<Record<Part, string>> & { of: string }>();
  for (const [name, value] of Object.entries(headers)) {
    const [form, { part, of = 'requests' }] = formOf(name);
    const known = PARTS.find((one) => one === part);
    if (known === undefined) continue;
    const key = `${form} ${of}`;
    found.set(key, { of, ...found.get(key), [known]: value });
  }
  const limits = Array.from(found.values(), ({ of, limit, remaining, reset }) =>
    limitOf(of, limit, remaining, reset, responseTime(headers, nowMs)),
  ).flat();
  return [...limits, ...draftLimits(headers.ratelimit ?? '', headers['ratelimit-policy'] ?? '')].slice(
    0,
    MOST,
  );
}

/**
 * Returns when the server sent the response, by the server's clock, as Unix time in ms. Dates in other headers are
 * compared with this time, so a wrong clock of this machine changes no wait.
 */
export function responseTime(headers: Readonly<Record<string, string>>, nowMs: number): number {
  return (headers.date === undefined ? undefined : dateOf(headers.date)) ?? nowMs;
}

/** Returns the index of the form that the header has, or -1, and what the form found in the name. */
function formOf(name: string): [index: number, groups: { part?: string; of?: string }] {
  for (const [index, form] of FORMS.entries()) {
    const groups = NAMED.test(name) ? form.exec(name)?.groups : undefined;
    if (groups !== undefined) return [index, groups];
  }
  return [-1, {}];
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

/** Reads `"default";r=50;t=30` with the policy `"default";q=100;w=60`, or `limit=100, remaining=50, reset=5`. */
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
  const found = /^\s*(-?\d{1,15})\b/.exec(value ?? '')?.[1];
  // Some gateways continue to count below zero.
  return found === undefined ? undefined : Math.max(0, Number(found));
}
