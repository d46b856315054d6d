import { mean } from '../../metrics/percentile.js';
import type { Sent } from '../samples/sample.js';
import { createDistribution, type Summary } from './distribution.js';
import type { Tally } from './tally.js';

/** Figures of one turn's requests over all conversations. */
export interface TurnFigures {
  /** From 1. */
  readonly turn: number;
  readonly completed: number;
  readonly failed: number;
  /** Mean prompt tokens; absent when the provider sends no count. */
  readonly promptTokens?: number;
  /** Mean prompt tokens from the provider's cache; absent when the provider sends no count. */
  readonly cachedTokens?: number;
  /** In ms, by the same definition as the run's figures. */
  readonly ttft?: Summary;
  readonly tpot?: Summary;
  readonly e2e?: Summary;
}

/** Computes the figures of each turn, in order. */
export function turnFigures({ samples, latencyOf }: Tally): TurnFigures[] {
  const turns = Map.groupBy(samples, ({ turn }) => turn);
  return [...turns.keys()]
    .toSorted((one, other) => one - other)
    .map((turn) => {
      const all = turns.get(turn) ?? [];
      const sent = all.filter((one): one is Sent => one.outcome === 'complete');
      const latencies = sent.map(latencyOf);
      const promptTokens = mean(sent.flatMap((one) => one.promptTokens ?? []));
      const cachedTokens = mean(sent.flatMap((one) => one.cachedTokens ?? []));
      const ttft = summaryOf(latencies.map((one) => one.ttft));
      const tpot = summaryOf(latencies.map((one) => one.tpot));
      const e2e = summaryOf(latencies.map((one) => one.e2e));
      return {
        turn,
        completed: sent.length,
        failed: all.length - sent.length,
        ...(promptTokens !== undefined && { promptTokens }),
        ...(cachedTokens !== undefined && { cachedTokens }),
        ...(ttft !== undefined && { ttft }),
        ...(tpot !== undefined && { tpot }),
        ...(e2e !== undefined && { e2e }),
      };
    });
}

function summaryOf(values: readonly (number | undefined)[]): Summary | undefined {
  const distribution = createDistribution();
  for (const value of values) if (value !== undefined) distribution.record(value);
  return distribution.summary();
}
