import { describe, expect, test } from 'vitest';
import type { Side } from '../../../../src/state/comparing/comparison.js';
import { newAnswer } from '../../../../src/state/exchange/exchange.js';
import { comparedFigures } from '../../../../src/ui/panes/compare/figures.js';
import { compareLayout } from '../../../../src/ui/panes/compare/layout.js';
import { verdictWords } from '../../../../src/ui/panes/compare/verdict-words.js';
import { plainText } from '../../../../src/ui/style/line.js';
import { metricsOf, OPENAI, SIMULATOR } from '../../../support/chat/chat-ports.js';

const side = (endpoint: typeof SIMULATOR, ttfts: readonly number[]): Side => ({
  endpoint,
  answer: newAnswer(1, 0, endpoint),
  request: { kind: 'none' },
  runs: ttfts.map((ttftMs) => metricsOf({ ttftMs, hops: { send: 1, wait: ttftMs - 1 } })),
  scroll: { kind: 'follow' },
});
const SIX = [300, 310, 320, 330, 340, 350];
const FAST = [100, 101, 102, 103, 104, 105];

test('one table has all sides, and one list has their steps on one scale', () => {
  const lines = comparedFigures([side(SIMULATOR, [301]), side(OPENAI, [151])], {
    width: 60,
    rows: 11,
    again: 'ctrl+g',
  }).map((line) => plainText(line).trimEnd());
  expect(lines).toEqual([
    '               simulator         openai',
    'first token    301 ms            151 ms',
    'whole answer   –                 –',
    'speed          –                 –',
    'tokens         0                 0',
    'one answer each is too few for a verdict: ctrl+g asks more',
    'often',
    `steps to first token${'ms'.padStart(40)}`,
    `to 1st byte  simulator ${'█'.repeat(30)}    300`,
    `             openai    ${'█'.repeat(15)}${' '.repeat(15)}    150`,
  ]);
});

describe('the verdict', () => {
  test('names the difference, its confidence and the number of answers', () => {
    expect(verdictWords([side(SIMULATOR, SIX), side(OPENAI, FAST)], 'ctrl+g')[0]).toMatch(
      /^first token: openai is 220 ms sooner than simulator \(1\d\d ms to 2\d\d ms, 95 % sure, 6 answers each\)$/,
    );
  });

  test('says that overlapping answers show no difference', () => {
    const words = verdictWords([side(SIMULATOR, SIX), side(OPENAI, [...SIX.slice(1), 301])], 'ctrl+g')[0];
    expect(words).toMatch(/^first token: no difference between (simulator|openai) and .* is shown \(−/);
  });

  test('does not compare speeds by estimated tokens with speeds by counted ones', () => {
    const speed = { kind: 'measured', tokensPerSecond: 40, tpotMs: 25 } as const;
    const fast = { ...speed, tokensPerSecond: 60 };
    const runsOf = (of: typeof speed | typeof fast, tokensEstimated: boolean) => ({
      ...side(SIMULATOR, []),
      runs: SIX.map((ttftMs) => metricsOf({ ttftMs, speed: of, outputTokens: 10, tokensEstimated })),
    });
    const mixed = [runsOf(speed, false), { ...runsOf(fast, true), endpoint: OPENAI }];
    expect(verdictWords(mixed, '')).toContain('speed: not compared, as some token counts are estimates (~)');
    expect(verdictWords(mixed, '').join()).not.toContain('tok/s');
    const rows = comparedFigures(mixed, { width: 60, rows: 9, again: '' }).map(plainText);
    expect(rows.filter((row) => /^(speed|tokens) /.test(row)).map((row) => row.split(/ {2,}/))).toEqual([
      ['speed', '40 tok/s', '~60 tok/s', ''],
      ['tokens', '10', '~10', ''],
    ]);
  });

  test('names sides of one endpoint by their models', () => {
    const other = { ...SIMULATOR, model: 'gpt-4o' };
    expect(verdictWords([side(SIMULATOR, SIX), side(other, FAST)], '')[0]).toContain(
      'gpt-4o is 220 ms sooner than gpt-3.5-turbo',
    );
  });
});

test('as many sides as fit are side by side, including the marked one', () => {
  const layout = (width: number, height: number, sides: number, marked: number) =>
    compareLayout({ width, height }, { sides, marked });
  expect(layout(83, 35, 2, 0)).toMatchObject({ kind: 'beside', from: 0, columns: 2, width: 40 });
  expect(layout(148, 50, 4, 0)).toMatchObject({ kind: 'beside', from: 0, columns: 4 });
  expect(layout(83, 35, 4, 3)).toMatchObject({ kind: 'beside', from: 2, columns: 2 });
  expect(layout(48, 20, 2, 0)).toMatchObject({ kind: 'stacked', columns: 2 });
  expect(layout(48, 20, 3, 1)).toMatchObject({ kind: 'one', from: 1, columns: 1 });
  expect(layout(20, 5, 3, 2)).toMatchObject({ kind: 'one', from: 2, figureRows: 0 });
});
