import type { Endpoint } from '../../../config/endpoints/endpoint.js';
import { type Check, evaluate } from '../../../loadtest/conditions/check.js';
import type { Slo } from '../../../loadtest/conditions/slo.js';
import { FEWEST_FOR_TRIM, type Trimmed, trimmed } from '../../../loadtest/figures/steady-part.js';
import type { Tally } from '../../../loadtest/figures/tally.js';
import { tokenFigures } from '../../../loadtest/figures/tokens.js';
import { turnFigures } from '../../../loadtest/figures/turns.js';
import { printMessage } from '../../support/output/print-message.js';
import type { BenchFlags } from '../flags/flags.js';
import type { Measured } from '../measure.js';
import type { EndpointRun, Figures } from './endpoint-run.js';

/** Computes the result of an endpoint's test. */
export function runOf(
  { tally, durationMs, stopped: _stopped, ...rest }: Measured,
  { name, model, baseUrl }: Endpoint,
  flags: BenchFlags,
  loop: 'open' | 'closed',
): EndpointRun {
  return {
    mode: name,
    model: flags.model ?? model,
    url: baseUrl,
    ...figuresOf(tally, durationMs, {
      loop,
      slo: flags.slo,
      checks: flags.check ?? [],
      hasTurns: flags.turns !== undefined,
      // `bench merge` finds the warm-up of a sharded test, in the requests of all shards.
      trims: flags.warmup === 'auto' && flags.shard === undefined,
    }),
    ...rest,
  };
}

/** Computes the figures of the requests; `trims` excludes the warm-up and the cool-down. */
export function figuresOf(
  whole: Tally,
  durationMs: number,
  {
    loop,
    slo,
    checks,
    hasTurns,
    trims,
  }: {
    loop: 'open' | 'closed';
    slo: Slo | undefined;
    checks: readonly Check[];
    hasTurns: boolean;
    trims: boolean;
  },
): Figures {
  const part = trims ? withoutWarmup(whole, loop, slo) : undefined;
  const { tally, report } = part ?? { tally: whole, report: whole.report(durationMs) };
  return {
    tally,
    report,
    tokens: tokenFigures(tally.samples),
    turns: hasTurns ? turnFigures(tally) : [],
    checks: checks.map((check) => evaluate(check, report)),
    slo: (slo?.checks ?? []).map((check) => evaluate(check, report)),
    ...(part !== undefined && { trim: part.trim, excluded: part.excluded }),
  };
}

/** Excludes the warm-up and the cool-down, or warns that there are too few requests. */
function withoutWarmup(whole: Tally, loop: 'open' | 'closed', slo: Slo | undefined): Trimmed | undefined {
  const part = trimmed(whole, loop, slo);
  if (part === undefined)
    printMessage(
      `warning: --warmup auto needs ${FEWEST_FOR_TRIM} requests to find the warm-up: no request is excluded`,
    );
  return part;
}
