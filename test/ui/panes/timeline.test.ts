import { expect, test } from 'vitest';
import { timelineAxis, timelineBars } from '../../../src/ui/panes/timeline.js';
import { plainText } from '../../../src/ui/style/line.js';

const rows = (...args: Parameters<typeof timelineBars>): string[] => timelineBars(...args).map(plainText);

test('bars show the output over time; dots are the wait for the first token', () => {
  const outputOverTime = { binMs: 100, amounts: [0, 0, 10, 20, 40, 0, 40], pauses: [] };
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 800 }, 8, 1)).toEqual(['··▂▄█ █ ']);
});

test('with more rows the bars are higher', () => {
  const outputOverTime = { binMs: 100, amounts: [10, 20, 30, 40], pauses: [] };
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 400 }, 4, 2)).toEqual(['  ▄█', '▄███']);
});

test('a stall is marked: a pause of a second and more, if it is far longer than the usual gap', () => {
  const outputOverTime = { binMs: 500, amounts: [10, 0, 0, 0, 10], pauses: [{ fromMs: 500, toMs: 2000 }] };
  const gaps = { p50: 20, p95: 30, p99: 40, max: 1500 };
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 2500, gaps }, 5, 1)).toEqual(['█×××█']);
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 2500, gaps: { ...gaps, p50: 400 } }, 5, 1)).toEqual(
    ['█   █'],
  );
  expect(plainText(timelineAxis(outputOverTime, { phase: 'done', elapsedMs: 2500, gaps }, 40))).toBe(
    `0   × stalled 1.5 s${'2.5 s'.padStart(21)}`,
  );
});

test('an answer that stalls now is marked up to now', () => {
  const outputOverTime = { binMs: 500, amounts: [10], pauses: [] };
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 2500, stalledMs: 2000 }, 5, 1)).toEqual(['█××××']);
});

test('while the answer runs, the axis grows in steps and earlier bars stay in place', () => {
  const outputOverTime = { binMs: 100, amounts: [0, 10, 20, 40], pauses: [] };
  const at = (elapsedMs: number): string[] => rows(outputOverTime, { phase: 'streaming', elapsedMs }, 10, 1);
  expect(at(400)).toEqual(['·▂▄█      ']);
  expect(at(900)).toEqual(at(400));
  expect(at(1100)).not.toEqual(at(400));
});

test('a very small output still has a bar', () => {
  const outputOverTime = { binMs: 100, amounts: [1, 1000], pauses: [] };
  expect(rows(outputOverTime, { phase: 'done', elapsedMs: 200 }, 2, 1)).toEqual(['▁█']);
});
