import type { Command } from 'commander';
import { type Check, parseCheck } from '../../loadtest/conditions/check.js';
import { type Merged, mergeReports } from '../../loadtest/report/merge.js';
import { reportText } from '../../loadtest/report/report-json.js';
import { requestsCsv } from '../../loadtest/report/requests-csv.js';
import { readReport, type SavedReport } from '../../loadtest/report/saved-report.js';
import { EXIT } from '../support/ending/exit-codes.js';
import { interruptOn } from '../support/ending/interrupt.js';
import { helpNotes } from '../support/flags/help-notes.js';
import { UsageError } from '../support/flags/usage-error.js';
import { requireOneStdin } from '../support/input/bytes.js';
import { printMessage } from '../support/output/print-message.js';
import { stdout } from '../support/output/sink.js';
import { addReportFlags, readCheck } from './flags/flags.js';
import { readJson } from './read-json.js';
import type { EndpointRun } from './report/endpoint-run.js';
import { openReports, replacesTables, writeReports } from './report/files.js';
import { resultJson } from './report/result-json.js';
import { resultText } from './report/result-text.js';
import { figuresOf } from './report/run-of.js';
import type { Setup } from './setup.js';

interface MergeFlags {
  check?: readonly Check[];
  json?: string;
  csv?: string;
  html?: string;
}

const HELP = `
The files are reports of "bench --json FILE" ("-": stdin): of the shards of one test (--shard), or of tests that ran at the same
time. The merged report uses all requests, so its figures are those of a single process: percentiles are not averaged.
The checks of all reports apply to the merged report; --check adds more. With --warmup auto, the warm-up is found in
the requests of all reports. The merged report has the server metrics of all reports. Series of one server are joined;
with several servers, each series gets the label server. Reports of searches (--find-rate, --find-concurrency, --sweep)
are refused, because they have only the requests of one load.

Exit codes: 0 done, 1 a check failed, 2 a file cannot be read or belongs to a different test.`;

/** Adds `bench merge`, which merges several reports into one. */
export function addMerge(bench: Command): void {
  const command = bench
    .command('merge <reports...>')
    .description('merge reports of several processes or machines into one')
    .option('--check <condition>', 'exit with 1 when the condition fails; may be repeated', readCheck);
  addReportFlags(command)
    .addHelpText('after', helpNotes(HELP))
    .action(async (paths: string[]) => {
      // `bench` has the same flags and reads them at any position.
      process.exitCode = await merge(paths, command.optsWithGlobals<MergeFlags>());
    });
}

async function merge(paths: readonly string[], { check = [], ...outputs }: MergeFlags): Promise<number> {
  requireOneStdin(paths);
  const reports: SavedReport[] = [];
  for (const path of paths) reports.push(await readFile(path));
  const [first, ...others] = reports;
  if (first === undefined) throw new UsageError('give at least one report');
  const merged = mergeReports([first, ...others]);
  if (typeof merged === 'string') throw new UsageError(merged);
  for (const note of merged.notes) printMessage(`warning: ${note}`);
  const runs = runsOf(merged, check);
  const setup = setupOf(merged);
  const startedAt = new Date(Math.min(...merged.runs.map(({ startedAtMs }) => startedAtMs)));
  const report = {
    ...resultJson(runs, setup, startedAt, merged.interrupted),
    merged: {
      reports: paths.length,
      notes: merged.notes,
      start_spread_ms: merged.runs.map(({ startSpreadMs }) => Math.round(startSpreadMs)),
    },
  };
  const files = openReports(outputs);
  // A signal waits until the files are complete: they take less time than the test did.
  const stop = interruptOn(new AbortController());
  try {
    if (!replacesTables(files)) stdout.print(resultText(runs, setup));
    await writeReports(files, {
      json: () => reportText(report),
      csv: () => requestsCsv(runs),
      html: async () => [(await import('./report/page.js')).reportPage(runs, setup, report, merged.notes)],
    });
    const stopped = await stop.latestExitCode();
    if (stopped !== undefined) return stopped;
  } finally {
    stop.remove();
  }
  return runs.every((run) => run.report.completed > 0 && run.checks.every(({ passed }) => passed))
    ? EXIT.ok
    : EXIT.failed;
}

function runsOf(merged: Merged, added: readonly Check[]): EndpointRun[] {
  const { load, loop } = merged;
  return merged.runs.map(({ startedAtMs, durationMs, checks, slo, tally, ...run }) => ({
    ...run,
    startedAt: new Date(startedAtMs),
    tookMs: durationMs,
    marksMs: [],
    ...figuresOf(tally, durationMs, {
      loop,
      slo,
      checks: [...checks.flatMap((text) => parseCheck(text) ?? []), ...added],
      hasTurns: load.turns !== null,
      trims: load.warmup === 'auto',
    }),
  }));
}

function setupOf({ load, loop }: Merged): Setup {
  const { prompts } = load;
  const saved = typeof prompts === 'object' && prompts !== null ? prompts : {};
  return {
    loop,
    text: String(load.text),
    prompts: {
      text: 'text' in saved ? String(saved.text) : '',
      ...('count' in saved && typeof saved.count === 'number' && { count: saved.count }),
    },
    through: load.through === 'daemon' ? 'daemon' : 'direct',
    policies: load.policies === true,
    hasTurns: load.turns !== null,
    json: load,
  };
}

async function readFile(path: string): Promise<SavedReport> {
  const report = readReport(path, await readJson(path));
  if (typeof report === 'string') throw new UsageError(report);
  return report;
}
