import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { percentile } from '../../../metrics/percentile.js';
import { type Leg, legsOf } from './verdict.js';

type Shown = Pick<ExchangeMetrics, 'hops' | 'wait' | 'attempts'>;

/** One row of a waterfall of several exchanges; `ms` of each in turn, 0 where it has no such leg. */
export interface LegRow {
  readonly label: string;
  readonly ms: readonly number[];
}

/**
 * The legs of several exchanges in one list. Where the wait of one of them is not split, it is whole in all: parts and
 * a whole can't be compared.
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

/** All labels, each before those that come after it in its exchange. */
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

/** The legs of an exchange beside their medians in others; a leg that an exchange does not have took 0 ms there. */
export function legsAgainst(
  metrics: Shown,
  others: readonly Shown[],
): readonly { label: string; ms: number; medianMs: number }[] {
  return legRows([metrics, ...others]).map(({ label, ms: [own = 0, ...rest] }) => ({
    label,
    ms: own,
    medianMs: percentile(rest, 50) ?? 0,
  }));
}
