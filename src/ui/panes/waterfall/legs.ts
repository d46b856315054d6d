import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { median } from '../../../metrics/percentile.js';
import { type Leg, legsOf } from './verdict.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** A step of several exchanges. `ms` has one value for each exchange, which is 0 when the exchange lacks the step. */
export interface LegRow {
  readonly label: string;
  readonly ms: readonly number[];
}

/**
 * Returns the steps of several exchanges in one list. Unless the wait is split in all of them, it is shown as one step
 * in all, because its parts can't be compared with a total.
 */
export function legRows(exchanges: readonly Shown[]): readonly LegRow[] {
  const split = exchanges.every(({ wait }) => (wait?.parts.length ?? 0) > 0);
  const legs = exchanges.map((metrics) => {
    const { hops, attempts } = metrics;
    return legsOf(split ? metrics : { hops, attempts });
  });
  return inOrder(legs).map((label) => ({
    label,
    ms: legs.map((of) => of.find((leg) => leg.label === label)?.ms ?? 0),
  }));
}

/** Returns each label once, in an order that agrees with the order in each exchange. */
function inOrder(exchanges: readonly (readonly Leg[])[]): string[] {
  const labels: string[] = [];
  for (const legs of exchanges) {
    let at = 0;
    for (const { label } of legs) {
      const known = labels.indexOf(label);
      if (known < 0) labels.splice(at, 0, label);
      at = (known < 0 ? at : known) + 1;
    }
  }
  return labels;
}

/** A duration in one exchange, and its median in others. */
export interface Against {
  readonly ms: number;
  readonly medianMs: number;
}

/**
 * Returns the steps of an exchange with their medians in others. A missing step counts as 0 ms. `total` has the median
 * of the others' sums, which differs from the sum of the medians.
 */
export function legsAgainst(
  metrics: Shown,
  others: readonly Shown[],
): { legs: readonly (Against & { label: string })[]; total: Against } {
  const rows = legRows([metrics, ...others]);
  const against = ([own = 0, ...rest]: readonly number[]): Against => ({
    ms: own,
    medianMs: median(rest) ?? 0,
  });
  const sums = [metrics, ...others].map((_, index) =>
    rows.reduce((sum, { ms }) => sum + (ms[index] ?? 0), 0),
  );
  return { legs: rows.map(({ label, ms }) => ({ label, ...against(ms) })), total: against(sums) };
}
