import { type Command, InvalidArgumentError, Option } from 'commander';
import { ARRIVALS_SYNTAX, type ArrivalProcess, parseArrivals } from '../../../loadtest/load/arrivals.js';
import { parseStages, STAGES_SYNTAX, type Stage } from '../../../loadtest/load/stages.js';
import { numberWithin } from '../../support/flags/flag-number.js';
import { oneLoad } from './search-flags.js';

/** Flags for arrivals that do not depend on the answers. */
export interface ArrivalFlags {
  rate?: number;
  stages?: readonly Stage[];
  arrivals?: ArrivalProcess;
  trace?: string;
  traceSpeed: number;
}

export const ARRIVALS_HELP = `
With --rate, --stages or --trace the loop is open: arrivals do not depend on answers. TTFT and E2E then count from the
intended send time, so that delayed requests show (no coordinated omission). The report has the delay of the sends.
Arrivals are a Poisson process by default. --arrivals constant spaces them evenly. With gamma:SHAPE they come in bursts
for a shape below 1 and more evenly above 1. Stages change the rate: ${STAGES_SYNTAX}.
A trace has recorded times and lengths: JSON Lines like Mooncake's, or a table like Azure's or BurstGPT's.`;

/** Adds the flags. */
export function addArrivalFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--rate <n>', 'average number of arrivals a second')
        .argParser(oneLoad('rate', readRate))
        .conflicts(['stages', 'trace']),
    )
    .addOption(
      new Option('--stages <stages>', 'arrivals at changing rates, e.g. 1-20@60,20@30')
        .argParser(readStages)
        .conflicts(['requests', 'duration', 'trace']),
    )
    .addOption(
      new Option('--arrivals <process>', `with --rate or --stages: ${ARRIVALS_SYNTAX} [poisson]`)
        .argParser(readArrivals)
        .conflicts('trace'),
    )
    .addOption(
      new Option('--trace <file>', 'arrivals with the times and lengths of a trace').conflicts('inputTokens'),
    )
    .option('--trace-speed <n>', 'replay the trace n times faster', numberWithin(0.001, 10_000), 1);
}

function readRate(text: string): number {
  // vLLM's and SGLang's load tests have this word for a closed loop.
  if (/^inf(?:inity)?$/i.test(text))
    throw new InvalidArgumentError(
      'Use --concurrency N without --rate: each answer starts the next request. For all requests at once, N is their number.',
    );
  return numberWithin(0.01, 10_000)(text);
}

function readStages(text: string): readonly Stage[] {
  const stages = parseStages(text);
  if (stages !== undefined) return stages;
  throw new InvalidArgumentError(`It must be ${STAGES_SYNTAX}.`);
}

function readArrivals(text: string): ArrivalProcess {
  const process = parseArrivals(text);
  if (process !== undefined) return process;
  throw new InvalidArgumentError(`It must be ${ARRIVALS_SYNTAX}.`);
}
