import { describe, expect, test } from 'vitest';
import { isRateLimitHeader, type RateLimit, rateLimitsIn } from '../../src/protocol/rate-limits.js';
import { retryAfterOf } from '../../src/protocol/retry-after.js';

const NOW = Date.UTC(2026, 0, 1, 12);

const FORMS: readonly [name: string, headers: Record<string, string>, limits: readonly RateLimit[]][] = [
  [
    'OpenAI, Groq',
    {
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-limit-tokens_usage_based': '160000',
      'x-ratelimit-remaining-tokens_usage_based': '159976',
      'x-ratelimit-reset-tokens_usage_based': '9ms',
    },
    [
      { of: 'requests', limit: 500, remaining: 0, resetMs: 179_560 },
      { of: 'tokens_usage_based', limit: 160_000, remaining: 159_976, resetMs: 9 },
    ],
  ],
  [
    // https://github.com/mistralai/client-ts/issues/169
    'Mistral',
    {
      'x-ratelimit-limit-tokens-minute': '5000000',
      'x-ratelimit-remaining-tokens-minute': '4999911',
      'x-ratelimit-tokens-query-cost': '52',
      'x-ratelimit-limit-req-minute': '720',
      'x-ratelimit-remaining-req-minute': '717',
    },
    [
      { of: 'tokens-minute', limit: 5_000_000, remaining: 4_999_911 },
      { of: 'req-minute', limit: 720, remaining: 717 },
    ],
  ],
  [
    'Anthropic',
    {
      'anthropic-ratelimit-input-tokens-limit': '50000',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:00:30Z',
      'anthropic-ratelimit-priority-output-tokens-remaining': '7',
    },
    [
      { of: 'input-tokens', limit: 50_000, remaining: 0, resetMs: 30_000 },
      { of: 'priority-output-tokens', remaining: 7 },
    ],
  ],
  [
    'OpenRouter',
    { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 60_000) },
    [{ of: 'requests', limit: 20, remaining: 0, resetMs: 60_000 }],
  ],
  [
    'a gateway that counts below zero',
    { 'x-ratelimit-remaining-tokens': '-20' },
    [{ of: 'tokens', remaining: 0 }],
  ],
  [
    'IETF, three headers',
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '0', 'ratelimit-reset': '6' },
    [{ of: 'requests', limit: 100, remaining: 0, resetMs: 6000 }],
  ],
  [
    'IETF, structured fields',
    { ratelimit: '"burst";r=0;t=30, "daily";r=9', 'ratelimit-policy': '"burst";q=100;w=60,"daily";q=1000' },
    [
      { of: 'burst', limit: 100, remaining: 0, resetMs: 30_000 },
      { of: 'daily', limit: 1000, remaining: 9 },
    ],
  ],
];

describe.each(FORMS)('the limits of %s', (_name, headers, limits) => {
  test('are read', () => {
    expect(rateLimitsIn(headers, NOW)).toEqual(limits);
    expect(Object.keys(headers).some(isRateLimitHeader)).toBe(true);
  });

  test('say how long to wait if one is used up', () => {
    const used = limits.find(({ remaining }) => remaining === 0);
    expect(retryAfterOf(headers, NOW)).toBe(used?.resetMs);
  });
});

test("a renewal given as a date is compared with the response's own date, so that a wrong clock here changes nothing", () => {
  const date = 'Thu, 01 Jan 2026 12:00:00 GMT';
  const anHourLate = NOW + 3_600_000;
  const limit = {
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:30Z',
  };
  expect(rateLimitsIn({ date, ...limit }, anHourLate)).toMatchObject([{ resetMs: 30_000 }]);
  expect(retryAfterOf({ date, 'retry-after': 'Thu, 01 Jan 2026 12:00:05 GMT' }, anHourLate)).toBe(5000);
});

test('headers without a remainder, or with invalid values, are ignored', () => {
  const headers = {
    'x-ratelimit-limit-requests': '5',
    'x-ratelimit-remaining-tokens': 'many',
    'x-ratelimit-remaining-\u001b[2J': '3',
    ratelimit: ';;;=',
  };
  expect(rateLimitsIn(headers, NOW)).toEqual([]);
});

test('at most eight limits of a response are kept', () => {
  const headers = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`x-ratelimit-remaining-n${n}`, '1']),
  );
  expect(rateLimitsIn(headers, NOW)).toHaveLength(8);
});
