import { expect, test } from 'vitest';
import { retryAfterOf } from '../../src/protocol/retry-after.js';

const NOW = Date.UTC(2026, 0, 1, 12);

test.each<[string, number | undefined]>([
  ['2', 2000],
  ['0.25', 250],
  ['2s', 2000],
  ['1m30s', 90_000],
  ['120ms', 120],
  ['1h0m1.5s', 3_601_500],
  ['2d', 172_800_000],
  ['6m0s', 360_000],
  ['2, 2', 2000],
  ['2 seconds', 2000],
  ['1.5 minutes', 90_000],
  ['PT1M30S', 90_000],
  ['Thu, 01 Jan 2026 12:00:05 GMT, Thu, 01 Jan 2026 12:00:05 GMT', undefined],
  ['Thu, 01 Jan 2026 12:00:05 GMT', 5000],
  ['2026-01-01T12:00:07Z', 7000],
  ['2026-01-01T11:00:00Z', 0],
  [String(NOW / 1000 + 9), 9000],
  [String(NOW + 4), 4],
  ['', undefined],
  ['soon', undefined],
  ['-3', undefined],
  ['1s2m', undefined],
])('Retry-After: %j is a wait of %s ms', (value, ms) => {
  expect(retryAfterOf({ 'retry-after': value }, NOW)).toBe(ms);
});

test('the reset of a limit counts only if the limit is used up', () => {
  const resets = { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' };
  expect(retryAfterOf({ ...resets, 'x-ratelimit-remaining-requests': '3' }, NOW)).toBeUndefined();
  expect(retryAfterOf({ ...resets, 'x-ratelimit-remaining-requests': '0' }, NOW)).toBe(1000);
  const none = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' };
  expect(retryAfterOf({ ...resets, ...none }, NOW)).toBe(360_000);
  expect(retryAfterOf({ ...resets, ...none, 'retry-after': '2' }, NOW)).toBe(2000);
});

test.each<[Record<string, string>, number]>([
  [{ 'x-ms-retry-after-ms': '1500' }, 1500],
  [{ 'x-retry-after': '2' }, 2000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.5' }, 1500],
  [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '3' }, 3000],
  [
    {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 60),
    },
    60_000,
  ],
])('other headers with a wait: %j', (headers, ms) => {
  expect(retryAfterOf(headers, NOW)).toBe(ms);
});
