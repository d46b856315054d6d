import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRefusal } from '../../src/protocol/refusal-body.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const google = (retryDelay: string) => ({
  error: {
    code: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }],
  },
});

test.each([
  [
    'OpenAI',
    {
      error: {
        message: 'You exceeded your current quota',
        type: 'insufficient_quota',
        code: 'insufficient_quota',
      },
    },
  ],
  [
    'Anthropic',
    {
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the API.' },
    },
  ],
  ['DeepSeek', { error: { message: 'Insufficient Balance', code: 'invalid_request_error' } }],
  [
    'a router',
    {
      error: {
        message: 'Provider returned error',
        metadata: { raw: '{"error":{"code":"insufficient_quota"}}' },
      },
    },
  ],
])('an unpaid account is recognised: %s', (_name, body) => {
  expect(readRefusal(JSON.stringify(body), NOW)).toEqual({ final: 'unpaid' });
});

test.each([
  ["Google's RetryInfo", google('34s'), 34_000],
  ["Google's RetryInfo with fractions", google('0.847655010s'), 847.65501],
  ['seconds', { error: { message: 'slow down', retry_after: 2.5 } }, 2500],
  ['milliseconds', { retry_after_ms: 1500 }, 1500],
  ['a date', { retryAfter: '2026-01-01T00:00:05Z' }, 5000],
  [
    'words',
    {
      error: {
        message: 'Rate limit reached. Please try again in 7.66s. See https://x.test/settings/billing',
      },
    },
    7660,
  ],
  ['words with minutes', { error: { message: 'Please try again in 1m2s.' } }, 62_000],
  ['seconds in words', { error: { message: 'retry after 6 seconds' } }, 6000],
] as const)(
  'a wait is recognised, and does not count as an unpaid account: %s',
  (_name, body, retryAfterMs) => {
    const read = readRefusal(JSON.stringify(body, null, 1), NOW);
    expect(read.final).toBeUndefined();
    expect(read.retryAfterMs).toBeCloseTo(retryAfterMs, 3);
  },
);

test.each([
  [
    'a rate limit that links to billing',
    'Rate limit reached. Add a payment method at https://x.test/billing, plan and billing',
  ],
  ['nothing', ''],
  ['another error', '{"error":{"message":"overloaded"}}'],
])('neither an unpaid account nor a wait: %s', (_name, body) => {
  expect(readRefusal(body, NOW)).toEqual({});
});

test('no text causes an exception or a negative wait', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), fc.jsonValue(), (text, json) => {
      for (const body of [text, JSON.stringify({ retry_after: json })]) {
        expect(readRefusal(body, NOW).retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
