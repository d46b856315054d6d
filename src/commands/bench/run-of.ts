import type { Endpoint } from '../../config/index.js';
import { evaluate } from '../../loadtest/check.js';
import type { Slo } from '../../loadtest/slo.js';
import { FEWEST_FOR_TRIM, type Trimmed, trimmed } from '../../loadtest/steady-part.js';
import type { Tally } from '../../loadtest/tally.js';
import { turnFigures } from '../../loadtest/turns.js';
import { tell } from '../support/tell.js';
import type { BenchFlags } from './flags.js';
import type { Measured } from './measure.js';
import type { EndpointRun } from './result.js';

/** Computes the result of an endpoint's test. */
export function runOf(
  { tally: whole, durationMs, ...rest }: Measured,
  { name, model, baseUrl }: Endpoint,
  flags: BenchFlags,
  loop: 'open' | 'closed',
): EndpointRun {
  // `bench merge` finds the warm-up of a sharded test, in the requests of all shards.
  const part =
    flags.warmup === 'auto' && flags.shard === undefined ? withoutWarmup(whole, loop, flags.slo) : undefined;
  const { tally, report } = part ?? { tally: whole, report: whole.report(durationMs) };
  return {
    mode: name,
    model: flags.model ?? model,
    url: baseUrl,
    tally,
    turns: flags.turns === undefined ? [] : turnFigures(tally),
    report,
    checks: (flags.check ?? []).map((check) => evaluate(check, report)),
    slo: (flags.slo?.checks ?? []).map((check) => evaluate(check, report)),
    ...(part !== undefined && { trim: part.trim, excluded: part.excluded }),
    ...rest,
  };
}

/** Excludes the warm-up and the cool-down, or warns that there are too few requests. */
export function withoutWarmup(
  whole: Tally,
  loop: 'open' | 'closed',
  slo: Slo | undefined,
): Trimmed | undefined {
  const part = trimmed(whole, loop, slo);
  if (part === undefined)
    tell(
      `warning: --warmup auto needs ${FEWEST_FOR_TRIM} requests to find the warm-up: no request is excluded`,
    );
  return part;
}
