import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { median } from '../../../metrics/percentile.js';
import { cut, fill, type Line, lineWidth, spread } from '../../style/line.js';
import { bar, barAgainst, cellMs, OVER, UNDER } from './bars.js';
import { stepRows, stepsAgainst } from './steps.js';
import { LABEL_WIDTH, VALUE_WIDTH } from './waterfall.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** Returns the steps to the first token beside their medians in other exchanges. Longer steps stand out. */
export function waterfallAgainst(metrics: Shown, others: readonly Shown[], width: number): Line[] {
  const { steps, total } = stepsAgainst(metrics, others);
  if (steps.length === 0) return [];
  const longestMs = Math.max(...steps.flatMap(({ ms, medianMs }) => [ms, medianMs]));
  const barWidth = Math.max(0, width - LABEL_WIDTH - 2 * VALUE_WIDTH);
  const share = (ms: number): number => (longestMs > 0 ? ms / longestMs : 0);
  const values = (ms: string, medianMs: string): Line => [
    ms.padStart(VALUE_WIDTH),
    ['dim', medianMs.padStart(VALUE_WIDTH)],
  ];
  return [
    spread([['dim', FIGURES.hops.label]], values('ms', 'median'), width),
    ...steps.map(
      ({ label, ms, medianMs }): Line => [
        ['dim', label.padEnd(LABEL_WIDTH)],
        ...barAgainst(share(ms), share(medianMs), barWidth),
        ...values(cellMs(ms), cellMs(medianMs)),
      ],
    ),
    spread([['dim', 'all steps']], values(cellMs(total.ms), cellMs(total.medianMs)), width),
    [['dim', `${OVER} over the median of ${others.length} others, ${UNDER} under it`]],
  ];
}

/** An endpoint's exchanges, or a single one. With several, each step shows its median. */
export interface Group {
  readonly name: string;
  readonly metrics: readonly Shown[];
}

/**
 * Returns the steps of several groups on one scale, with a row for each group below each step. If not all steps fit,
 * the longest are shown.
 */
export function sharedWaterfall(
  groups: readonly Group[],
  width: number,
  height = Number.POSITIVE_INFINITY,
): Line[] {
  const steps = groupRows(groups.map(({ metrics }) => metrics));
  const longestMs = Math.max(0, ...steps.flatMap(({ ms }) => ms));
  const room = Math.floor((height - 1) / Math.max(1, groups.length));
  if (longestMs === 0 || room < 1) return [];
  const longest = [...steps].sort((a, b) => Math.max(...b.ms) - Math.max(...a.ms)).slice(0, room);
  const nameWidth = Math.min(NAME_MAX, Math.max(...groups.map(({ name }) => lineWidth([name])))) + 1;
  const barWidth = Math.max(0, width - LABEL_WIDTH - nameWidth - VALUE_WIDTH);
  return [
    spread([['dim', FIGURES.hops.label]], [['dim', 'ms']], width),
    ...steps
      .filter((step) => longest.includes(step))
      .flatMap(({ label, ms }) =>
        groups.map(({ name }, index): Line => {
          const own = ms[index] ?? 0;
          return [
            ['dim', (index === 0 ? label : '').padEnd(LABEL_WIDTH)],
            ...fill(cut([name], nameWidth - 1), nameWidth),
            ['accent', bar(own / longestMs, barWidth).padEnd(barWidth)],
            cellMs(own).padStart(VALUE_WIDTH),
          ];
        }),
      ),
  ];
}

const NAME_MAX = 14;

/** Returns each step with its median in each group. */
function groupRows(groups: readonly (readonly Shown[])[]): { label: string; ms: number[] }[] {
  return stepRows(groups.flat()).map(({ label, ms }) => {
    let from = 0;
    return {
      label,
      ms: groups.map(({ length }) => {
        const own = ms.slice(from, from + length);
        from += length;
        return median(own) ?? 0;
      }),
    };
  });
}
