import { describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass, type Hop } from '../../../src/common/errors.js';
import type { HeaderList } from '../../../src/protocol/messages.js';
import {
  type AttemptResult,
  decideRetry,
  type RetryDecision,
  type RetryQuestion,
} from '../../../src/runtime/policy/retry-decision.js';
import { METHODS, type Method } from '../../../src/runtime/upstream/http-request.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const CHAT = 'https://api.example.com/v1/chat/completions';
const OTHER = 'https://api.example.com/v1/files';

const failure = (errorClass: ErrorClass, hop: Hop, sent: boolean): AttemptResult => ({
  kind: 'failure',
  failure: new ConnectorException('it failed', errorClass, 0, { hop }),
  sent,
});
const status = (statusCode: number, headers: HeaderList = []): AttemptResult => ({
  kind: 'status',
  statusCode,
  headers,
});
const question = (changes: Partial<RetryQuestion> & { method?: Method; url?: string }): RetryQuestion => {
  const { method = 'GET', url = OTHER, ...rest } = changes;
  return {
    request: { method, url: new URL(url) },
    result: status(503),
    attempt: 1,
    maxAttempts: 3,
    untouched: true,
    budget: 3,
    leftMs: Number.POSITIVE_INFINITY,
    random: 0.5,
    nowMs: NOW,
    ...rest,
  };
};
const outcomeOf = (decision: RetryDecision): string =>
  decision.retry ? `again in ${decision.delayMs}` : decision.because;

// The expected decision for each method, status and phase, written by hand and independent of the code.
const REPEATABLE: ReadonlyArray<[Method, string, boolean]> = [
  ['GET', OTHER, true],
  ['HEAD', OTHER, true],
  ['OPTIONS', OTHER, true],
  ['PUT', OTHER, true],
  ['DELETE', OTHER, true],
  ['POST', CHAT, true],
  ['POST', 'http://localhost:11434/openai/deployments/x/chat/completions?api-version=1', true],
  ['POST', OTHER, false],
  ['POST', 'https://api.example.com/v1/chat/completions/cancel', false],
  ['PATCH', OTHER, false],
];
const PASSING = [408, 409, 421, 424, 425, 429, 498, 499, 500, 502, 503, 504, 529];
const FINAL = [200, 204, 301, 304, 400, 401, 403, 404, 413, 422, 501, 505];
const FAILURES: ReadonlyArray<[string, AttemptResult, 'again' | 'if repeatable' | 'final']> = [
  ['a refused connection', failure(ErrorClass.Transient, 'network', false), 'again'],
  ['a connection reset before the head', failure(ErrorClass.Transient, 'provider', true), 'if repeatable'],
  ['an untrusted certificate', failure(ErrorClass.Permanent, 'network', false), 'final'],
  ['an answer that is not HTTP', failure(ErrorClass.Permanent, 'provider', true), 'final'],
  ['a request that cannot be sent', failure(ErrorClass.InvalidRequest, 'client', false), 'final'],
  ['an open circuit', failure(ErrorClass.Transient, 'daemon', false), 'final'],
];

describe('a failed attempt, by method and result', () => {
  const table = REPEATABLE.flatMap(([method, url, repeatable]) => [
    ...PASSING.map((code) => ({
      name: `${method} ${url}: ${code}`,
      attempt: question({ method, url, result: status(code) }),
      expected: repeatable ? 'again in 375' : 'unsafe',
    })),
    ...FINAL.map((code) => ({
      name: `${method} ${url}: ${code}`,
      attempt: question({ method, url, result: status(code) }),
      expected: 'final',
    })),
    ...FAILURES.map(([what, result, then]) => ({
      name: `${method} ${url}: ${what}`,
      attempt: question({ method, url, result }),
      expected: then === 'final' ? 'final' : then === 'again' || repeatable ? 'again in 375' : 'unsafe',
    })),
  ]);

  test('the table has at least 120 cases and every method', () => {
    expect(table.length).toBeGreaterThanOrEqual(120);
    expect(new Set(REPEATABLE.map(([method]) => method))).toEqual(new Set(METHODS));
  });

  test.each(table)('$name', ({ attempt: asked, expected }) => {
    expect(outcomeOf(decideRetry(asked))).toBe(expected);
  });
});

describe('these prevent another attempt', () => {
  test.each([
    ['nothing', {}, 'again in 375'],
    ['something was forwarded', { untouched: false }, 'response begun'],
    ['it was the last attempt', { attempt: 3 }, 'attempts'],
    ['only one attempt is allowed', { maxAttempts: 1 }, 'attempts'],
    ['the budget is used up', { budget: 0 }, 'budget'],
    ['the deadline comes before the wait ends', { leftMs: 300 }, 'deadline'],
    ['the wait would leave it no time', { leftMs: 400 }, 'deadline'],
    ['the deadline leaves time', { leftMs: 500 }, 'again in 375'],
  ] as const)('%s', (_name, changes, expected) => {
    expect(outcomeOf(decideRetry(question(changes)))).toBe(expected);
  });
});

describe('the wait before a retry', () => {
  test.each([
    [1, 0, 250],
    [1, 0.999, 499.75],
    [2, 0, 500],
    [2, 0.5, 750],
    [5, 0, 4000],
    [9, 0, 4000],
  ])('after attempt %i, with random number %d: %d ms', (attempt, random, delayMs) => {
    expect(decideRetry(question({ attempt, random, maxAttempts: 20 }))).toEqual({ retry: true, delayMs });
  });

  test.each<[string, HeaderList, string]>([
    ['seconds', [['Retry-After', '2']], 'again in 2000'],
    ['a date', [['retry-after', 'Thu, 01 Jan 2026 12:00:07 GMT']], 'again in 7000'],
    ['a date that is past', [['retry-after', 'Thu, 01 Jan 2026 11:00:00 GMT']], 'again in 375'],
    [
      'milliseconds, which win over seconds',
      [
        ['retry-after-ms', '1234'],
        ['retry-after', '9'],
      ],
      'again in 1234',
    ],
    ['less than the backoff', [['retry-after', '0']], 'again in 375'],
    ['exactly the limit', [['retry-after', '60']], 'again in 60000'],
    ['more than the limit', [['retry-after', '61']], 'wait too long'],
    ['a date beyond the limit', [['retry-after', 'Thu, 01 Jan 2026 12:01:01 GMT']], 'wait too long'],
    ['milliseconds beyond the limit', [['retry-after-ms', '60001']], 'wait too long'],
    ['an invalid time', [['retry-after', 'soon']], 'again in 375'],
    ['a negative time', [['retry-after', '-5']], 'again in 375'],
    ['no retry', [['x-should-retry', 'false']], 'final'],
  ])('the server demands %s', (_name, headers, expected) => {
    for (const code of [429, 503]) {
      expect(outcomeOf(decideRetry(question({ result: status(code, headers) })))).toBe(expected);
    }
  });

  test('no wait begins if the demanded time does not fit the deadline', () => {
    const result = status(429, [['retry-after', '5']]);
    expect(outcomeOf(decideRetry(question({ result, leftMs: 4000 })))).toBe('deadline');
  });
});

test.each([
  ['true', 400, 'again in 375'],
  ['true', 200, 'final'],
  ['false', 503, 'final'],
])('x-should-retry %s decides about the status %i', (value, code, expected) => {
  const attempt = question({ result: status(code, [['X-Should-Retry', value]]) });
  expect(outcomeOf(decideRetry(attempt))).toBe(expected);
});
