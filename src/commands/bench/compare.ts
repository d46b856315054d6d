import type { Command } from 'commander';
import { isRecord } from '../../common/json.js';
import { createRandom } from '../../common/random.js';
import {
  compareRuns,
  type Difference,
  FEWEST_VALUES,
  type RunSamples,
} from '../../loadtest/compare/compare.js';
import { numberList } from '../../loadtest/report/number-list.js';
import { runsIn } from '../../loadtest/report/saved-report.js';
import { EXIT } from '../support/ending/exit-codes.js';
import { numberWithin } from '../support/flags/flag-number.js';
import { helpNotes } from '../support/flags/help-notes.js';
import { UsageError } from '../support/flags/usage-error.js';
import { requireOneStdin } from '../support/input/bytes.js';
import { stdout } from '../support/output/sink.js';
import { readJson } from './read-json.js';
import { openReport } from './report/files.js';

interface CompareFlags {
  /** In percent. */
  tolerance: number;
  json?: string;
}

/** One endpoint's run, from a report. */
interface ReportedRun {
  readonly mode: string;
  readonly model: string;
  readonly samples: RunSamples;
  /** Warnings that the load test itself distorted the figures. */
  readonly warnings: readonly string[];
}

interface Pair {
  readonly before: ReportedRun;
  readonly after: ReportedRun;
  readonly differences: readonly Difference[];
}

const HELP = `
Both files are reports of "bench --json FILE"; "-" is stdin. For each figure the table has the difference and its confidence interval
(bootstrap; 95 % for all figures together). The verdict is better, worse, or no difference shown. Endpoints are matched
by name, except in two reports of one endpoint each.

Exit codes: 0 no regression, 1 a figure is significantly worse by more than --tolerance, 2 a file cannot be read.`;

const SEED = 1;

/** Adds `bench compare`, which shows the differences between two reports with their uncertainty. */
export function addCompare(bench: Command): void {
  bench
    .command('compare <before> <after>')
    .description('compare two reports of --json: differences with intervals and verdicts')
    .option('--tolerance <percent>', 'how much worse a figure may get', numberWithin(0, 1000), 0)
    .option('--json <file>', 'write the comparison as JSON; "-": to stdout, instead of the table')
    .addHelpText('after', helpNotes(HELP))
    .action(async (before: string, after: string, _flags: unknown, command: Command) => {
      process.exitCode = await compare(before, after, command.optsWithGlobals<CompareFlags>());
    });
}

async function compare(before: string, after: string, { tolerance, json }: CompareFlags): Promise<number> {
  requireOneStdin([before, after]);
  const pairs = pairsOf(await readReport(before), await readReport(after)).map(
    ([one, other]): Pair => ({
      before: one,
      after: other,
      differences: compareRuns(one.samples, other.samples, tolerance / 100, createRandom(SEED)),
    }),
  );
  if (pairs.length === 0) {
    throw new UsageError(`compare reports of the same endpoint: ${before} and ${after} have none in common`);
  }
  const regression = pairs.some(({ differences }) => differences.some((one) => one.regression));
  const file = json === undefined ? undefined : openReport('--json', json);
  if (!file?.toStdout) stdout.print(pairs.map(pairText).join('\n'));
  file?.write([`${JSON.stringify(pairsJson(pairs, tolerance, regression), null, 2)}\n`]);
  return regression ? EXIT.failed : EXIT.ok;
}

function pairsOf(
  before: readonly ReportedRun[],
  after: readonly ReportedRun[],
): (readonly [ReportedRun, ReportedRun])[] {
  const [one, ...others] = before;
  const [other, ...rest] = after;
  if (one !== undefined && other !== undefined && others.length + rest.length === 0) return [[one, other]];
  return before.flatMap((run) => {
    const match = after.find(({ mode }) => mode === run.mode);
    return match === undefined ? [] : [[run, match] as const];
  });
}

const WORDS = {
  better: 'better',
  worse: 'worse',
  unclear: 'no difference shown',
  missing: `too few values (needs ${FEWEST_VALUES} in both)`,
  estimated: 'not compared: the token counts of one run are estimates',
} as const;

function pairText({ before, after, differences }: Pair): string {
  const rows = differences.map((one) => [
    one.name,
    figure(one.name, one.before, before.samples),
    figure(one.name, one.after, after.samples),
    one.change === undefined ? '' : signed(one.name, one.change.value),
    one.change === undefined
      ? ''
      : `${signed(one.name, one.change.low)} to ${signed(one.name, one.change.high)}`,
    WORDS[one.verdict] + (one.regression ? ', more than the tolerance' : ''),
  ]);
  const table = [['', 'before', 'after', 'change', 'interval', 'verdict'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const warnings = [
    ...before.warnings.map((text) => `WARNING for the run before: ${text}\n`),
    ...after.warnings.map((text) => `WARNING for the run after: ${text}\n`),
  ];
  const heading = `${before.mode} ${before.model} -> ${after.mode} ${after.model}\n`;
  return `${heading}${warnings.join('')}${lines.join('\n')}\n`;
}

function figure(
  name: Difference['name'],
  value: number | undefined,
  { tokensEstimated }: Pick<RunSamples, 'tokensEstimated'> = { tokensEstimated: false },
): string {
  if (value === undefined) return 'none';
  if (name === 'errors') return `${(100 * value).toFixed(2)} %`;
  return `${tokensEstimated && name.startsWith('tpot') ? '~' : ''}${value.toFixed(2)} ms`;
}

function signed(name: Difference['name'], value: number): string {
  return `${value < 0 ? '' : '+'}${figure(name, value)}`;
}

function pairsJson(pairs: readonly Pair[], tolerance: number, regression: boolean): Record<string, unknown> {
  return {
    version: 1,
    tolerance_percent: tolerance,
    regression,
    runs: pairs.map(({ before, after, differences }) => ({
      before: runJson(before),
      after: runJson(after),
      // In milliseconds; for errors, the share of requests.
      figures: Object.fromEntries(
        differences.map(({ name, before, after, change, verdict, regression }) => [
          name,
          { before: before ?? null, after: after ?? null, change: change ?? null, verdict, regression },
        ]),
      ),
    })),
  };
}

function runJson({ mode, model, samples, warnings }: ReportedRun): Record<string, unknown> {
  return { mode, model, tokens_estimated: samples.tokensEstimated, warnings };
}

/** @throws {UsageError} when the file is not a report, or lacks the values of single requests. */
async function readReport(path: string): Promise<readonly ReportedRun[]> {
  const runs = runsIn(path, await readJson(path));
  if (typeof runs === 'string') throw new UsageError(runs);
  return runs.map((run) => {
    const { samples, completed, failed, mode, model } = run;
    if (!isRecord(samples)) {
      throw new UsageError(`create ${path} again with this version: it lacks the values of single requests`);
    }
    const [ttft, tpot, e2e] = [samples.ttft_ms, samples.tpot_ms, samples.e2e_ms].map(numbersOf);
    const named = typeof mode === 'string' && typeof model === 'string';
    const listed = ttft !== undefined && tpot !== undefined && e2e !== undefined;
    if (!named || !listed || !isCount(completed) || !isCount(failed))
      throw new UsageError(`create ${path} again: the report is damaged`);
    return {
      mode,
      model,
      warnings: isRecord(run.instrument) ? texts(run.instrument.warnings) : [],
      samples: {
        ...{ ttft, tpot, e2e },
        tokensEstimated: run.tokens_estimated === true,
        errors: [...Array<number>(completed).fill(0), ...Array<number>(failed).fill(1)],
      },
    };
  });
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Returns a list of numbers; undefined for another value. */
function numbersOf(value: unknown): number[] | undefined {
  const list = numberList(value);
  return list?.some(Number.isNaN) === false ? Array.from(list) : undefined;
}

/** Whether this is a number of requests that a report can have. */
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e7;
