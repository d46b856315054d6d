import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { median } from '../../metrics/percentile.js';
import { type Shift, shiftBetween } from '../../metrics/shift.js';
import { tokenRateOf } from '../../metrics/speed.js';

import type { Side } from './comparison.js';

/** The figures that sides are compared by. */
const JUDGED = ['ttft', 'rate', 'e2e'] as const;
export type Judged = (typeof JUDGED)[number];

/** The side with the best median of a figure, compared with the second best. */
export interface SideVerdict {
  readonly figure: Judged;
  /** The indexes of both sides. */
  readonly best: number;
  readonly next: number;
  /** The difference between both; absent with too few answers. An interval that holds 0 shows no difference. */
  readonly lead?: Shift | undefined;
  /** Whether a token count behind the values is an estimate. */
  readonly estimated: boolean;
  /** The number of answers of the side with fewer answers. */
  readonly answers: number;
}

const VALUES: Record<
  Judged,
  { of: (metrics: ExchangeMetrics) => number | undefined; better: 'low' | 'high' }
> = {
  ttft: { of: ({ ttftMs }) => ttftMs, better: 'low' },
  rate: {
    of: ({ speed }) => tokenRateOf(speed),
    better: 'high',
  },
  e2e: { of: ({ e2eMs }) => e2eMs, better: 'low' },
};

/** The allowed rate of wrong verdicts, divided among all figures and pairs of sides (Bonferroni). */
const ERROR_RATE = 0.05;

/** Returns the values of a figure in all complete answers of a side. */
function valuesOf({ runs }: Pick<Side, 'runs'>, figure: Judged): number[] {
  return runs.flatMap((metrics) => VALUES[figure].of(metrics) ?? []);
}

/** Whether the provider counted no tokens for some answers, so that they are estimated from the text. */
export function hasEstimates(runs: readonly ExchangeMetrics[]): boolean {
  return runs.some(({ tokensEstimated }) => tokensEstimated);
}

/** Whether the sides' speeds use token counts of one kind: an estimate can't be compared with a count. */
export function speedsComparable(sides: readonly Pick<Side, 'runs'>[]): boolean {
  const kinds = new Set(
    sides.filter((side) => valuesOf(side, 'rate').length > 0).map(({ runs }) => hasEstimates(runs)),
  );
  return kinds.size < 2;
}

/** Returns a verdict for each figure that at least two sides have, and that can be compared. */
export function verdictsOf(sides: readonly Pick<Side, 'runs'>[]): SideVerdict[] {
  const pairs = (sides.length * (sides.length - 1)) / 2;
  return JUDGED.flatMap((figure) => {
    const { better } = VALUES[figure];
    if (figure === 'rate' && !speedsComparable(sides)) return [];
    const sign = better === 'low' ? 1 : -1;
    const [best, next] = sides
      .map((side, index) => ({ index, values: valuesOf(side, figure) }))
      .flatMap((one) => {
        const middle = median(one.values);
        return middle === undefined ? [] : [{ ...one, middle }];
      })
      .sort((a, b) => sign * (a.middle - b.middle));
    if (best === undefined || next === undefined) return [];
    const [worse, good] = [next.values, best.values];
    const lead = shiftBetween(
      good.map((value) => sign * value),
      worse.map((value) => sign * value),
      ERROR_RATE / (JUDGED.length * pairs),
    );
    return [
      {
        figure,
        best: best.index,
        next: next.index,
        lead,
        estimated: figure === 'rate' && hasEstimates(sides.flatMap(({ runs }) => runs)),
        answers: Math.min(good.length, worse.length),
      },
    ];
  });
}
