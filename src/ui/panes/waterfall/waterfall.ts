import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { shownPiece, wrapLine } from '../../../state/text/wrap.js';
import { type Line, spread } from '../../style/line.js';
import { bar, cellMs } from './bars.js';
import { stepsOf, verdictOn } from './verdict.js';

export const LABEL_WIDTH = 13;
export const VALUE_WIDTH = 7;
/** With fewer rows than this, the steps need the verdict's row. */
const VERDICT_FROM_ROWS = 4;

const LEGENDS = [
  ['*', 'reported'],
  ['?', 'inferred'],
] as const;

/**
 * Returns a heading, a bar for each step (for the longest ones if not all fit), the verdict, and the meaning of the
 * marks.
 */
export function waterfallLines(
  metrics: Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>,
  width: number,
  height: number,
): Line[] {
  const known = stepsOf(metrics);
  const verdict = height > VERDICT_FROM_ROWS ? (verdictOn(metrics) ?? '') : '';
  const words = verdict === '' ? [] : wrapLine(verdict, { width }).map((piece) => shownPiece(verdict, piece));
  // The legend is only shown if all steps still fit.
  const legend = LEGENDS.filter(([mark]) => known.some(({ label }) => label.endsWith(mark)));
  const legendRows = legend.length > 0 && height > known.length + words.length + 1 ? 1 : 0;
  const rows = height - 1 - words.length - legendRows;
  if (rows < 1 || known.length === 0) return [];
  const longest = [...known].sort((a, b) => b.ms - a.ms).slice(0, rows);
  const shown = known.filter((step) => longest.includes(step));
  const longestMs = Math.max(...shown.map((step) => step.ms));
  const barWidth = Math.max(0, width - LABEL_WIDTH - VALUE_WIDTH);
  const bars = shown.map(
    ({ label, ms }): Line => [
      ['dim', label.padEnd(LABEL_WIDTH)],
      ['accent', bar(longestMs > 0 ? ms / longestMs : 0, barWidth).padEnd(barWidth)],
      cellMs(ms).padStart(VALUE_WIDTH),
    ],
  );
  const heading = spread([['dim', FIGURES.hops.label]], [['dim', 'ms']], width);
  const marks = legend.map(([mark, meaning]) => `${mark} ${meaning}`).join(', ');
  return [
    heading,
    ...bars,
    ...words.map((text): Line => [text]),
    ...(legendRows === 0 ? [] : [[['dim', marks]] satisfies Line]),
  ];
}
