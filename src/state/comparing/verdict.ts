import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { percentile } from '../../metrics/percentile.js';
import { type Shift, shiftBetween } from '../../metrics/shift.js';

import type { Side } from './comparison.js';

/** The figures that sides are compared by. */
export const JUDGED = ['ttft', 'rate', 'e2e'] as const;
export type Judged = (typeof JUDGED)[number];

/** The side with the best median of a figure, compared with the second best. */
export interface SideVerdict {
  readonly figure: Judged;
  /** The indexes of both sides. */
  readonly best: number;
  readonly next: number;
  /** The difference between both; absent with too few answers. An interval that holds 0 shows no difference. */
  readonly lead?: Shift | undefined;
  /** The smaller number of answers of the two sides. */
  readonly answers: number;
}

const VALUES: Record<
  Judged,
  { of: (metrics: ExchangeMetrics) => number | undefined; better: 'low' | 'high' }
> = {
  ttft: { of: ({ ttftMs }) => ttftMs, better: 'low' },
  rate: {
    of: ({ speed }) => (speed.kind === 'measured' ? speed.tokensPerSecond : undefined),
    better: 'high',
  },
  e2e: { of: ({ e2eMs }) => e2eMs, better: 'low' },
};

/** The allowed rate of wrong verdicts, divided among all figures and pairs of sides (Bonferroni). */
const ERROR_RATE = 0.05;

/** The values of a figure in all complete answers of a side. */
export function valuesOf({ runs }: Pick<Side, 'runs'>, figure: Judged): number[] {
  return runs.flatMap((metrics) => VALUES[figure].of(metrics) ?? []);
}

/** A verdict for each figure that at least two sides have. */
export function verdictsOf(sides: readonly Pick<Side, 'runs'>[]): SideVerdict[] {
  const pairs = (sides.length * (sides.length - 1)) / 2;
  return JUDGED.flatMap((figure) => {
    const { better } = VALUES[figure];
    const sign = better === 'low' ? 1 : -1;
    const [best, next] = sides
      .map((side, index) => ({ index, values: valuesOf(side, figure) }))
      .flatMap((one) => {
        const median = percentile(one.values, 50);
        return median === undefined ? [] : [{ ...one, median }];
      })
      .sort((a, b) => sign * (a.median - b.median));
    if (best === undefined || next === undefined) return [];
    const [worse, good] = [next.values, best.values];
    const lead = shiftBetween(
      good.map((value) => sign * value),
      worse.map((value) => sign * value),
      ERROR_RATE / (JUDGED.length * pairs),
    );
    return [
      { figure, best: best.index, next: next.index, lead, answers: Math.min(good.length, worse.length) },
    ];
  });
}
