import { expect, test } from 'vitest';
import type { Spent } from '../../../src/metrics/cost.js';
import { DEFAULT_SLO, NO_FIGURES } from '../../../src/state/exchange/figures.js';
import { explainSession } from '../../../src/ui/panes/explain/session.js';
import { FULL_ROWS, sessionLines } from '../../../src/ui/panes/session.js';
import { plainText } from '../../../src/ui/style/line.js';

const figures = { ...NO_FIGURES, errorClasses: { Transient: 3, InvalidRequest: 2, RateLimited: 1 } };
const errors = (width: number): string =>
  plainText(sessionLines(figures, { unpriced: 0 }, DEFAULT_SLO, width, FULL_ROWS).at(-1) ?? []);

test("error classes that don't fit are counted", () => {
  expect(errors(60)).toBe('Transient 3  InvalidRequest 2  RateLimited 1');
  expect(errors(36)).toBe('Transient 3  InvalidRequest 2  +1');
  expect(errors(26)).toBe('Transient 3  +2');
  expect(errors(5)).toBe('');
});

const first = (spent: Spent, width = 40): string =>
  plainText(sessionLines(NO_FIGURES, spent, DEFAULT_SLO, width, FULL_ROWS)[0] ?? []);

test('the cost of the conversation has a mark for an estimate, and another when answers have no price', () => {
  const cost = { usd: 0.0512, asOf: '2026-09-23' };
  expect(first({ unpriced: 2 })).not.toContain('$');
  expect(first({ cost, unpriced: 0 })).toMatch(/ ~\$0\.051$/);
  expect(first({ cost, unpriced: 2 })).toMatch(/ ~\$0\.051\+$/);
  const [explained] = explainSession(NO_FIGURES, { cost, unpriced: 2 }, DEFAULT_SLO).filter(
    ({ figure }) => figure.label === 'cost',
  );
  expect(explained).toMatchObject({
    value: '~$0.051, the whole conversation',
    verdict: 'by prices of 2026-09-23; 2 answers have no known price',
  });
});
