import { costBasis, costText, type Spent } from '../../../metrics/cost.js';
import { FIGURES } from '../../../metrics/figures.js';
import { percentile } from '../../../metrics/percentile.js';
import { SCREEN_FIGURES } from '../../../metrics/screen-figures.js';
import type { SessionFigures, Slo } from '../../../state/exchange/figures.js';
import { count, duration, UNKNOWN } from '../../style/format.js';
import { againstObjective, type Explained } from './explained.js';

/** From this ratio of their medians on, the later half of the waits counts as longer or shorter. */
const TREND = 1.2;
const TREND_FROM = 6;

/** Explains every figure of the session pane. */
export function explainSession(session: SessionFigures, { cost, unpriced }: Spent, slo: Slo): Explained[] {
  const { requests, errors, errorClasses, ttfts, tpots, goodput } = session;
  const { judged, good } = goodput;
  const classes = Object.entries(errorClasses).map(([name, times]) => `${name} ${times}`);
  return [
    { figure: SCREEN_FIGURES.requests, value: count(requests) },
    {
      figure: SCREEN_FIGURES.errors,
      value: count(errors),
      verdict: classes.length === 0 ? undefined : classes.join(', '),
    },
    ...(cost === undefined
      ? []
      : [
          {
            figure: FIGURES.cost,
            value: `${costText(cost)}, the whole conversation`,
            verdict: costBasis(cost, unpriced),
          },
        ]),
    { figure: FIGURES.ttft, ...percentiles(ttfts, slo.ttftMs) },
    { figure: FIGURES.tpot, ...percentiles(tpots, slo.tpotMs) },
    {
      figure: SCREEN_FIGURES.goodput,
      value: judged === 0 ? UNKNOWN : `${count(good)} of ${count(judged)}`,
      verdict: `the objectives are ${slo.ttftMs} ms and ${slo.tpotMs} ms: \`slo\` in the configuration sets them`,
    },
    {
      figure: SCREEN_FIGURES.history,
      value: ttfts.length === 0 ? UNKNOWN : count(ttfts.length),
      verdict: trend(ttfts),
    },
  ];
}

function percentiles(samples: readonly number[], objectiveMs: number): Pick<Explained, 'value' | 'verdict'> {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(samples, percent));
  if (p50 === undefined || p95 === undefined || p99 === undefined) return { value: UNKNOWN };
  return {
    value: `p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}`,
    verdict: `half of the answers took no longer than p50, which is ${againstObjective(p50, objectiveMs)}`,
  };
}

function trend(ttfts: readonly number[]): string | undefined {
  if (ttfts.length < TREND_FROM) return undefined;
  const half = Math.floor(ttfts.length / 2);
  const before = percentile(ttfts.slice(0, half), 50) ?? 0;
  const after = percentile(ttfts.slice(half), 50) ?? 0;
  const from = `${duration(before)} before, ${duration(after)} now`;
  if (after > before * TREND) return `longer: ${from}`;
  return before > after * TREND ? `shorter: ${from}` : 'about the same';
}
