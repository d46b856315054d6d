import { expect, test } from 'vitest';
import {
  bytes,
  count,
  duration,
  durations,
  seconds,
  taken,
  timeOfDay,
  tokenRate,
  uptime,
} from '../../../src/ui/style/format.js';

test.each([
  [0, '0.0 ms'],
  [0.24, '0.2 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [312.4, '312 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [2149, '2.1 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [245_000, '4 m 05 s'],
  [11_520_000, '3 h 12 m'],
])('%d ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('two durations share a unit', () => {
  expect(durations(9.13, 18.4)).toBe('9.1 / 18 ms');
  expect(durations(300, 2100)).toBe('0.3 / 2.1 s');
});

test('counts, bytes, rates and times have a readable form', () => {
  expect([seconds(0), uptime(185_000), uptime(90_000_000)]).toEqual(['0.0 s', '3 m', '1 d']);
  expect([bytes(812), bytes(12_340), bytes(999_960), bytes(4_000_000)]).toEqual([
    '812 B',
    '12.3 kB',
    '1.0 MB',
    '4.0 MB',
  ]);
  expect([count(999), count(1_234_567), count(118, true)]).toEqual(['999', '1,234,567', '~118']);
  expect([tokenRate(84.4, false), tokenRate(8.44, true)]).toEqual(['84 tok/s', '~8.4 tok/s']);
  expect(tokenRate(14_785.4, false)).toBe('14,785 tok/s');
  expect(timeOfDay(new Date(2026, 0, 5, 7, 3).getTime())).toBe('07:03');
});

test.each([
  [0.4, '0.4 ms'],
  [99.4, '99 ms'],
  [99.6, '0.1 s'],
  [2100, '2.1 s'],
])('a past time of %d ms is %s', (ms, text) => {
  expect(taken(ms)).toBe(text);
});
