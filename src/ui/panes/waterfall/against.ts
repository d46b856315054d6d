import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { type Line, spread } from '../../style/line.js';
import { bar, barAgainst, cellMs, OVER, UNDER } from './bars.js';
import { legRows, legsAgainst } from './legs.js';
import { LABEL_WIDTH, VALUE_WIDTH } from './waterfall.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** The steps to the first token beside their medians in the others: what is longer than usual stands out. */
export function waterfallAgainst(metrics: Shown, others: readonly Shown[], width: number): Line[] {
  const legs = legsAgainst(metrics, others);
  if (legs.length === 0) return [];
  const longestMs = Math.max(...legs.flatMap(({ ms, medianMs }) => [ms, medianMs]));
  const barWidth = Math.max(0, width - LABEL_WIDTH - 2 * VALUE_WIDTH);
  const share = (ms: number): number => (longestMs > 0 ? ms / longestMs : 0);
  const values = (ms: string, medianMs: string): Line => [
    ms.padStart(VALUE_WIDTH),
    ['dim', medianMs.padStart(VALUE_WIDTH)],
  ];
  const sum = (of: readonly number[]): string => cellMs(of.reduce((total, ms) => total + ms, 0));
  return [
    spread([['dim', FIGURES.hops.label]], values('ms', 'median'), width),
    ...legs.map(
      ({ label, ms, medianMs }): Line => [
        ['dim', label.padEnd(LABEL_WIDTH)],
        ...barAgainst(share(ms), share(medianMs), barWidth),
        ...values(cellMs(ms), cellMs(medianMs)),
      ],
    ),
    spread(
      [['dim', 'all steps']],
      values(sum(legs.map(({ ms }) => ms)), sum(legs.map(({ medianMs }) => medianMs))),
      width,
    ),
    [['dim', `${OVER} over the median of ${others.length} others, ${UNDER} under it`]],
  ];
}

/** The steps of several exchanges, one list of rows and one scale: a row for each exchange below each step. */
export function sharedWaterfall(
  exchanges: readonly { readonly name: string; readonly metrics: Shown }[],
  width: number,
): Line[] {
  const rows = legRows(exchanges.map(({ metrics }) => metrics));
  const longestMs = Math.max(0, ...rows.flatMap(({ ms }) => ms));
  if (longestMs === 0) return [];
  const nameWidth = Math.max(...exchanges.map(({ name }) => name.length)) + 1;
  const barWidth = Math.max(0, width - LABEL_WIDTH - nameWidth - VALUE_WIDTH);
  return [
    spread([['dim', FIGURES.hops.label]], [['dim', 'ms']], width),
    ...rows.flatMap(({ label, ms }) =>
      exchanges.map(({ name }, index): Line => {
        const own = ms[index] ?? 0;
        return [
          ['dim', (index === 0 ? label : '').padEnd(LABEL_WIDTH)],
          name.padEnd(nameWidth),
          ['accent', bar(own / longestMs, barWidth).padEnd(barWidth)],
          cellMs(own).padStart(VALUE_WIDTH),
        ];
      }),
    ),
  ];
}
