import { type Command, InvalidArgumentError, Option } from 'commander';
import { ARRIVALS_SYNTAX, type ArrivalProcess, parseArrivals } from '../../loadtest/arrivals.js';
import { parseStages, STAGES_SYNTAX, type Stage } from '../../loadtest/stages.js';
import { numberWithin } from '../support/flag-number.js';

/** When requests arrive, whatever the answers do. */
export interface ArrivalFlags {
  rate?: number;
  stages?: readonly Stage[];
  arrivals?: ArrivalProcess;
  trace?: string;
  traceSpeed: number;
}

export const ARRIVALS_HELP = `
With --rate, --stages or --trace the loop is open: requests arrive whatever the answers do. TTFT and E2E then count from
the moment a request should have been sent, so that falling behind shows (coordinated omission); how late requests were
sent is reported. Arrivals are a Poisson process unless --arrivals says constant, or gamma:SHAPE: below 1 they come in
bursts, above more evenly. --stages changes the rate: ${STAGES_SYNTAX}.
--trace repeats the moments and lengths of a recorded trace (Mooncake's JSON Lines; tables such as Azure's or BurstGPT's).`;

/** Adds the flags. */
export function addArrivalFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--rate <n>', 'so many arrivals a second on average')
        .argParser(numberWithin(0.01, 10_000))
        .conflicts(['stages', 'trace']),
    )
    .addOption(
      new Option('--stages <stages>', 'arrivals at rates that change, e.g. 1-20@60,20@30')
        .argParser(readStages)
        .conflicts(['requests', 'duration', 'trace']),
    )
    .addOption(
      new Option('--arrivals <process>', `with --rate or --stages: ${ARRIVALS_SYNTAX} [poisson]`)
        .argParser(readArrivals)
        .conflicts('trace'),
    )
    .addOption(
      new Option('--trace <file>', 'arrivals at the moments of a trace, with its lengths').conflicts(
        'inputTokens',
      ),
    )
    .option('--trace-speed <n>', 'play the trace so many times faster', numberWithin(0.001, 10_000), 1);
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
