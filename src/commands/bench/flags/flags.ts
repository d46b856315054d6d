import { type Command, InvalidArgumentError, Option } from 'commander';
import { MAX_SEED } from '../../../common/random.js';
import { parseDecimal } from '../../../common/text/decimal.js';
import { CHECK_SYNTAX, type Check, parseCheck } from '../../../loadtest/conditions/check.js';
import { parseSlo, SLO_SYNTAX, type Slo } from '../../../loadtest/conditions/slo.js';
import { parseShare, type Share } from '../../../loadtest/load/share.js';
import type { GlobalFlags } from '../../composition/compose.js';
import { numberWithin, secondsWithin } from '../../support/flags/flag-number.js';
import { helpNotes } from '../../support/flags/help-notes.js';
import { addLimitFlags, type LimitFlags } from '../../support/flags/limit-flags.js';
import { PROGRESS, type Progress } from '../live/progress.js';
import type { Through } from '../send.js';
import { ARRIVALS_HELP, type ArrivalFlags, addArrivalFlags } from './arrival-flags.js';
import { addPromptFlags, PROMPTS_HELP, type PromptFlags } from './prompt-flags.js';
import { addSearchFlags, oneLoad, SEARCH_HELP, type SearchFlags } from './search-flags.js';
import {
  addServerMetricsFlags,
  SERVER_METRICS_HELP,
  type ServerMetricsFlags,
} from './server-metrics-flags.js';

export interface BenchFlags
  extends GlobalFlags,
    LimitFlags,
    PromptFlags,
    ArrivalFlags,
    SearchFlags,
    ServerMetricsFlags {
  requests?: number;
  /** Number of the first conversation in the list of prompts [0]; the warm-up and a search set it. */
  first?: number;
  /** In seconds. */
  duration?: number;
  concurrency?: number;
  /** In seconds. */
  ramp: number;
  /** Number of requests before the test; `auto`: exclude the test's warm-up and cool-down. */
  warmup: number | 'auto';
  /** In seconds. */
  drain?: number;
  through: Through;
  /** Threads that send requests. */
  workers: number | 'auto';
  policies?: true;
  seed: number;
  shard?: Share;
  startAt?: Date;
  maxTokens?: number;
  slo?: Slo;
  check?: readonly Check[];
  progress?: Progress;
  json?: string;
  csv?: string;
  html?: string;
}

/** Default of `--drain` with `--duration`, in seconds. */
export const DEFAULT_DRAIN_S = 10;

const HELP = `
--mode takes several endpoints, which are tested one after another: --mode simulator,openai. --model then applies to all
of them. Other endpoint flags are refused: write their values into the endpoints' sections of the configuration.

Without arrivals the loop is closed: --concurrency requests run at a time, and each end starts the next. All begin at
once and continue in waves, unless --ramp spreads the first requests.
${ARRIVALS_HELP}
${PROMPTS_HELP}

Requests go directly to the provider, without daemon, retries, circuit and limits. With --through daemon they take the
path of the chat, with one attempt for each request and no circuit. With --policies as well, the daemon retries and uses
its circuit, and the report has the attempts. Errors of this program have a class that begins with client: or daemon:.
Answers that --drain cuts off are "unfinished".

TTFT: first output since send. E2E: last output since send. TPOT: time from the first arrival of output to the last one,
divided by the tokens after the first arrival; a value for each request. ITL: the gaps between arrivals of all requests.
Goodput: requests per second that meet every --slo. Only complete answers count; all others are errors, by class. Rates
use the time to the last answer's end.
--warmup auto excludes the requests before TTFT is steady (MSER-5) and the requests at the end under falling load.

An SLO is ${SLO_SYNTAX}.
Conditions on answers define the goodput. The report shows whether conditions on the run are met or missed. A check is
${CHECK_SYNTAX}:
  vastar-tui bench --rate 5 --duration 30 --check 'ttft.p95<500ms' --check 'errors<1%'
${SEARCH_HELP}
${SERVER_METRICS_HELP}

vastar-tui bench compare BEFORE.json AFTER.json shows which figures of two reports differ.

Exit codes: 0 done; 1 a check failed, no load meets the SLO, or no request was answered; 2 usage or configuration;
130 interrupted (the command prints the figures so far).`;

/** Adds the flags of `bench`. */
export function addBenchFlags(command: Command): Command {
  const added = addServerMetricsFlags(addSearchFlags(addArrivalFlags(addPromptFlags(addLimitFlags(command)))))
    .addOption(
      new Option('--requests <n>', 'number of requests [20 without --duration]')
        .argParser(numberWithin(1, 10_000_000, 'whole'))
        .conflicts('duration'),
    )
    .option('--duration <seconds>', 'send for this long', secondsWithin(0.1, 86_400))
    .option(
      '--concurrency <n>',
      'number of requests at a time [1; with arrivals: no limit]',
      oneLoad('concurrency', numberWithin(1, 10_000, 'whole')),
    )
    .addOption(
      new Option('--ramp <seconds>', 'with --concurrency only: spread the first requests over this time')
        .argParser(secondsWithin(0, 3600))
        .default(0)
        .conflicts(['rate', 'stages', 'trace']),
    )
    .addOption(
      new Option(
        '--warmup <n>',
        'requests before the test that do not count; auto: exclude warm-up and cool-down',
      )
        .argParser((text) => (text === 'auto' ? text : numberWithin(0, 100_000, 'whole', 'auto')(text)))
        .default(0),
    )
    .option(
      '--drain <seconds>',
      `wait this long for answers after the last request [${DEFAULT_DRAIN_S} with --duration, else no limit]`,
      secondsWithin(0, 86_400),
    )
    .addOption(
      new Option('--through <way>', 'from this process to the provider, or through the daemon like the chat')
        .choices(['direct', 'daemon'])
        .default('direct'),
    )
    .addOption(
      new Option('--workers <n>', 'threads that send requests; auto: as many as the load needs')
        .argParser((text) => (text === 'auto' ? text : numberWithin(1, 256, 'whole', 'auto')(text)))
        .default('auto'),
    )
    .option('--policies', 'with --through daemon: apply and report retries, circuit and limits')
    .option(
      '--seed <n>',
      'seed of random arrivals and prompts: the same seed repeats a run',
      numberWithin(0, MAX_SEED, 'whole'),
      1,
    )
    .option(
      '--shard <i/n>',
      'send part i of n of this test; n processes with one seed send all parts',
      readShard,
    )
    .option('--start-at <time>', 'begin at this time, e.g. 2027-01-31T12:00:00Z, or Unix seconds', readTime)
    .option('--max-tokens <n>', 'largest number of tokens of an answer', numberWithin(1, 1_000_000, 'whole'))
    .option('--slo <limits>', 'objectives for each answer or the run, e.g. ttft<500ms,tpot<50ms', readSlo)
    .option(
      '--check <condition>',
      'exit with 1 when the condition fails, e.g. ttft.p95<500ms; may be repeated',
      readCheck,
    )
    .addOption(
      new Option(
        '--progress <form>',
        'display on stderr during the test [plots on a terminal, else a line each 10 s]',
      ).choices(PROGRESS),
    );
  return addReportFlags(added).addHelpText('after', helpNotes(HELP));
}

/** Adds the flags that name the files of a report. */
export function addReportFlags(command: Command): Command {
  return command
    .option('--json <file>', 'write the report as JSON; "-": to stdout, instead of the tables')
    .option('--csv <file>', 'write a line for each request; "-": to stdout, instead of the tables')
    .option(
      '--html <file>',
      'write the report as an HTML page with charts; "-": to stdout, instead of the tables',
    );
}

function readSlo(text: string): Slo {
  const slo = parseSlo(text);
  if (slo !== undefined) return slo;
  throw new InvalidArgumentError(`It must be ${SLO_SYNTAX}.`);
}

function readShard(text: string): Share {
  const shard = parseShare(text);
  if (shard !== undefined) return shard;
  throw new InvalidArgumentError('It must be like 2/8: the second of eight, counted from 1.');
}

/** At most a day from now: a later time is probably a mistake. */
const MAX_AHEAD_MS = 86_400_000;

function readTime(text: string): Date {
  const seconds = parseDecimal(text);
  const time = new Date(Number.isNaN(seconds) ? text : seconds * 1000);
  const ms = time.getTime() - Date.now();
  if (Math.abs(ms) <= MAX_AHEAD_MS) return time;
  throw new InvalidArgumentError('It must be a time within a day: 2027-01-31T12:00:00Z, or Unix seconds.');
}

/** Parses a check and adds it to the earlier ones. */
export function readCheck(text: string, before: readonly Check[] = []): readonly Check[] {
  const check = parseCheck(text);
  if (check !== undefined) return [...before, check];
  throw new InvalidArgumentError(`It must be ${CHECK_SYNTAX}.`);
}
