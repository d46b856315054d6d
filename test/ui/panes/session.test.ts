import { expect, test } from 'vitest';
import { DEFAULT_SLO, NO_FIGURES } from '../../../src/state/exchange/figures.js';
import { FULL_ROWS, sessionLines } from '../../../src/ui/panes/session.js';
import { plainText } from '../../../src/ui/style/line.js';

const figures = { ...NO_FIGURES, errorClasses: { Transient: 3, InvalidRequest: 2, RateLimited: 1 } };
const errors = (width: number): string =>
  plainText(sessionLines(figures, DEFAULT_SLO, width, FULL_ROWS).at(-1) ?? []);

test('classes of errors that have no room are counted, not dropped without a mark', () => {
  expect(errors(60)).toBe('Transient 3  InvalidRequest 2  RateLimited 1');
  expect(errors(36)).toBe('Transient 3  InvalidRequest 2  +1');
  expect(errors(26)).toBe('Transient 3  +2');
  expect(errors(5)).toBe('');
});
