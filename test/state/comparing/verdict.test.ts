import { expect, test } from 'vitest';
import { verdictsOf } from '../../../src/state/comparing/verdict.js';
import { metricsOf } from '../../support/chat/chat-ports.js';

const side = (...ttfts: number[]) => ({ runs: ttfts.map((ttftMs) => metricsOf({ ttftMs })) });
const first = (...sides: ReturnType<typeof side>[]) => verdictsOf(sides)[0];

test('with one answer each there is a best side, but no lead beyond chance', () => {
  expect(first(side(300), side(100))).toEqual({
    figure: 'ttft',
    best: 1,
    next: 0,
    lead: undefined,
    estimated: false,
    answers: 1,
  });
});

test('six answers each show which side is faster, and by how much', () => {
  const verdict = first(side(300, 310, 320, 330, 340, 350), side(100, 101, 102, 103, 104, 105));
  expect(verdict).toMatchObject({ best: 1, next: 0, answers: 6, lead: { value: 220 } });
  expect(verdict?.lead?.low).toBeGreaterThan(190);
});

test('answers that overlap show no difference: the interval contains 0', () => {
  const verdict = first(side(100, 110, 120, 130, 140, 150), side(101, 111, 121, 131, 141, 152));
  expect(verdict?.lead?.low).toBeLessThan(0);
  expect(verdict?.lead?.high).toBeGreaterThan(0);
});

test('the best of three is compared with the second best', () => {
  expect(first(side(300), side(100), side(200))).toMatchObject({ best: 1, next: 2 });
});

test('more sides widen the interval, because more pairs can differ by chance', () => {
  const one = side(100, 110, 120, 130, 140, 150, 160);
  const other = side(200, 211, 222, 233, 244, 255, 266);
  const width = (sides: number): number => {
    const more = Array.from({ length: sides - 2 }, () => side(900, 910, 920, 930, 940, 950, 960));
    const { lead } = first(one, other, ...more) ?? {};
    return (lead?.high ?? 0) - (lead?.low ?? 0);
  };
  expect(width(4)).toBeGreaterThan(width(2));
});

test('a higher speed is better; a figure that one side lacks has no verdict', () => {
  const fast = metricsOf({ speed: { kind: 'measured', tokensPerSecond: 100, tpotMs: 10 } });
  const slow = metricsOf({ speed: { kind: 'measured', tokensPerSecond: 50, tpotMs: 20 } });
  expect(verdictsOf([{ runs: [slow] }, { runs: [fast] }])).toMatchObject([{ figure: 'rate', best: 1 }]);
  expect(verdictsOf([{ runs: [slow] }, { runs: [] }])).toEqual([]);
});
