import type { Endpoint } from '../../config/index.js';
import { evaluate } from '../../loadtest/check.js';
import { FEWEST_FOR_TRIM, trimmed } from '../../loadtest/steady-part.js';
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
  const part = flags.warmup === 'auto' ? trimmed(whole, loop, flags.slo) : undefined;
  if (flags.warmup === 'auto' && part === undefined)
    tell(
      `warning: --warmup auto needs ${FEWEST_FOR_TRIM} requests to find the warm-up: no request is excluded`,
    );
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
    ...(part !== undefined && { trim: part.trim }),
    ...rest,
  };
}
