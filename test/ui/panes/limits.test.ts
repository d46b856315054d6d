import { expect, test } from 'vitest';
import type { LimitsView } from '../../../src/state/exchange/limits-view.js';
import { limitLines } from '../../../src/ui/panes/limits.js';
import { plainText } from '../../../src/ui/style/line.js';

const limits: LimitsView = {
  endpoint: { name: 'groq', model: 'm' },
  atMs: 1_000_000,
  rates: [
    { of: 'requests', limit: 500, remaining: 499, resetMs: 12_000 },
    { of: 'tokens', limit: 30_000, remaining: 100, resetMs: 360_000 },
    { of: 'tokens\u001b[2J-day', remaining: 9 },
  ],
  retryAfterMs: 2500,
};
const at = (sinceMs: number, width = 34): string[] =>
  limitLines(limits, limits.atMs + sinceMs, width).map((line) => plainText(line));

test('Retry-After comes first, then the limit with the smallest share left; each counts down', () => {
  expect(at(0)).toEqual([
    expect.stringMatching(/^retry after +3 s$/),
    expect.stringMatching(/^tokens 100\/30k +resets in 6 m 00 s$/),
    expect.stringMatching(/^requests 499\/500 +resets in 12 s$/),
    expect.stringMatching(/^tokens\S*-day 9\s*$/),
  ]);
  expect(at(1999)[0]).toMatch(/^retry after +2 s$/);
  expect(at(1999)[2]).toMatch(/resets in 11 s$/);
});

test('a limit shows "reset" when its time has passed, and not before', () => {
  expect(at(11_999)[2]).toMatch(/resets in 1 s$/);
  expect(at(12_000)[2]).toMatch(/^requests 499\/500 +reset$/);
  expect(at(3000)[0]).toMatch(/^retry after +now$/);
});

test('a narrow pane shows only the time', () => {
  expect(at(0, 26)[2]).toMatch(/^requests 499\/500 +in 12 s$/);
});

test('control sequences in the headers of rate limits do not reach the terminal', () => {
  expect(at(0).join('')).not.toContain('\u001b');
});
