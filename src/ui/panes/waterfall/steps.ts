import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { median } from '../../../metrics/percentile.js';
import { type Step, stepsOf } from './verdict.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** A step of several exchanges. `ms` has one value for each exchange, which is 0 when the exchange lacks the step. */
export interface StepRow {
  readonly label: string;
  readonly ms: readonly number[];
}

/**
 * Returns the steps of several exchanges in one list. When an exchange has no parts of the wait, the wait is one step
 * in all exchanges: parts can't be compared with a total.
 */
export function stepRows(exchanges: readonly Shown[]): readonly StepRow[] {
  const split = exchanges.every(({ wait }) => (wait?.parts.length ?? 0) > 0);
  const steps = exchanges.map((metrics) => {
    const { hops, attempts } = metrics;
    return stepsOf(split ? metrics : { hops, attempts });
  });
  return inOrder(steps).map((label) => ({
    label,
    ms: steps.map((of) => of.find((step) => step.label === label)?.ms ?? 0),
  }));
}

/** Returns each label once, in an order that agrees with the order in each exchange. */
function inOrder(exchanges: readonly (readonly Step[])[]): string[] {
  const labels: string[] = [];
  for (const steps of exchanges) {
    let at = 0;
    for (const { label } of steps) {
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
export function stepsAgainst(
  metrics: Shown,
  others: readonly Shown[],
): { steps: readonly (Against & { label: string })[]; total: Against } {
  const rows = stepRows([metrics, ...others]);
  const against = ([own = 0, ...rest]: readonly number[]): Against => ({
    ms: own,
    medianMs: median(rest) ?? 0,
  });
  const sums = [metrics, ...others].map((_, index) =>
    rows.reduce((sum, { ms }) => sum + (ms[index] ?? 0), 0),
  );
  return { steps: rows.map(({ label, ms }) => ({ label, ...against(ms) })), total: against(sums) };
}
