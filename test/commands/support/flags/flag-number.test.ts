import { expect, test } from 'vitest';
import { secondsWithin } from '../../../../src/commands/support/flags/flag-number.js';

test.each([
  ['90', 90],
  ['90s', 90],
  ['1.5m', 90],
  ['2min', 120],
  ['2h', 7200],
  ['500ms', 0.5],
])('a time of %s is %d seconds', (text, seconds) => {
  expect(secondsWithin(0.1, 86_400)(text)).toBe(seconds);
});

test.each(['', 's', '5d', '-1', '1e3', '0x10', '25h', '50ms'])('a time of "%s" is refused', (text) => {
  expect(() => secondsWithin(0.1, 86_400)(text)).toThrow('from 0.1 to 86400, or have a unit: 90s, 15m, 2h');
});
