import { HOPS, type HopName } from '../../metrics/hops.js';
import { WITHHELD } from '../../metrics/speed.js';
import { short } from '../figures/short.js';
import type { Tally } from '../figures/tally.js';
import { type Sample, type Sent, withheldOf } from '../samples/sample.js';
import { hopOf } from '../samples/sample-rows.js';
import { Column } from './column.js';

/**
 * Converts all requests to JSON, with a column for each figure, so that `bench merge` and other programs can restore
 * them. Times in ms. TTFT and E2E are as in the report.
 */
export function requestsJson({ samples, latencyOf }: Tally): Record<string, unknown> {
  const classes = new Set<string>();
  const reached = new Set<HopName>();
  let priced = false;
  for (const one of samples) {
    if (one.outcome === 'failed') classes.add(one.errorClass);
    else priced ||= one.cost !== undefined;
    for (const { name } of HOPS) if (hopOf(one, name) !== undefined) reached.add(name);
  }
  const errors = [...classes];
  /** `null`: the request lacks the figure. */
  const of = (figure: (sample: Sample) => number | undefined): Column =>
    new Column(samples, (sample) => figure(sample) ?? null);
  const ms = (figure: (sample: Sample) => number | undefined): Column =>
    new Column(samples, (sample) => shortOrNull(figure(sample)));
  const complete = (figure: (sample: Sent) => number | undefined): Column =>
    ms((sample) => (sample.outcome === 'complete' ? figure(sample) : undefined));
  return {
    index: of(({ index }) => index),
    turn: of(({ turn }) => turn),
    // Null: the request completed.
    error: of((one) => (one.outcome === 'failed' ? errors.indexOf(one.errorClass) : undefined)),
    error_classes: errors,
    intended_ms: ms(({ intendedMs }) => intendedMs),
    lag_ms: ms(({ lagMs }) => lagMs),
    end_ms: ms(({ endMs }) => endMs),
    ttft_ms: complete((one) => latencyOf(one).ttft),
    tpot_ms: complete((one) => latencyOf(one).tpot),
    e2e_ms: complete((one) => latencyOf(one).e2e),
    tpot_withheld: complete((one) => {
      const reason = withheldOf(one);
      return reason === undefined ? undefined : WITHHELD.indexOf(reason);
    }),
    withheld_reasons: WITHHELD,
    gap_p50_ms: complete(({ gaps }) => gaps?.p50),
    gap_max_ms: complete(({ gaps }) => gaps?.max),
    output_tokens: complete(({ outputTokens }) => outputTokens),
    prompt_tokens: complete(({ promptTokens }) => promptTokens),
    cached_tokens: complete(({ cachedTokens }) => cachedTokens),
    attempts: of(({ attempts }) => attempts),
    retries_ms: ms(({ retriesMs }) => retriesMs),
    replaced: of(({ replaced }) => replaced),
    malformed_events: of(({ malformedEvents = 0 }) => malformedEvents),
    cost_usd: priced ? of((one) => (one.outcome === 'complete' ? one.cost?.usd : undefined)) : null,
    hops_ms: Object.fromEntries(
      HOPS.flatMap(({ name }) => (reached.has(name) ? [[name, ms((sample) => hopOf(sample, name))]] : [])),
    ),
  };
}

function shortOrNull(value: number | undefined): number | null {
  return value === undefined ? null : short(value);
}
