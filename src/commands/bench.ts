import type { Command } from 'commander';
import type { OpenAIStreamConnector } from '../connector/openai.js';
import { reportText } from '../loadtest/report/report-json.js';
import { requestsCsv } from '../loadtest/report/requests-csv.js';
import { curvesCsv } from '../loadtest/search/curve-csv.js';
import { addCompare } from './bench/compare.js';
import { openEngine } from './bench/engine/open-engine.js';
import { addBenchFlags, type BenchFlags } from './bench/flags/flags.js';
import { adviseOnFlags } from './bench/flags/flags-elsewhere.js';
import { searchOf } from './bench/flags/search-flags.js';
import { loadOf, readTrace } from './bench/load.js';
import { type Measured, measure } from './bench/measure.js';
import { addMerge } from './bench/merge.js';
import { openFilesProblem } from './bench/open-files.js';
import { promptsFrom, turnsOf } from './bench/prompts/prompts.js';
import type { EndpointRun, StoppedTest } from './bench/report/endpoint-run.js';
import { onlyStdout, openReports, replacesTables, writeReports } from './bench/report/files.js';
import { resultJson } from './bench/report/result-json.js';
import { resultText } from './bench/report/result-text.js';
import { runOf } from './bench/report/run-of.js';
import { checkSearch, searchLoads } from './bench/search/search.js';
import { levelFlags } from './bench/search/search-level.js';
import { openServerPage } from './bench/server-metrics.js';
import { type Plan, setupOf } from './bench/setup.js';
import { waitForStart } from './bench/start-at.js';
import { StoppedEarly } from './bench/stopped-early.js';
import { type Composition, compose, reportProblems } from './composition/compose.js';
import { EXIT } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { givenEndpointFlags } from './support/flags/endpoint-flags.js';
import { UsageError } from './support/flags/usage-error.js';
import { printMessage } from './support/output/print-message.js';
import { stdout } from './support/output/sink.js';
import { watchStdout } from './support/output/stdout.js';

/** Adds `bench`, which sends load to a provider. Its figures have the same definitions as those of single answers. */
export function defineBench(command: Command): void {
  addBenchFlags(command).action(async (_flags: unknown, command: Command) => {
    process.exitCode = await bench(command.optsWithGlobals<BenchFlags>());
  });
  adviseOnFlags(command);
  addCompare(command);
  addMerge(command);
}

async function bench(flags: BenchFlags): Promise<number> {
  const modes = modesOf(flags);
  const trace = flags.trace === undefined ? undefined : await readTrace(flags.trace, flags);
  const search = searchOf(flags);
  if (search !== undefined) checkSearch(search, flags);
  const load = loadOf(search === undefined ? flags : levelFlags(flags, search.kind, 1), trace);
  const plan: Plan = { flags, load, trace, ...(await promptsFrom(flags, trace)) };
  const setup = setupOf(plan);
  if (flags.policies && flags.through === 'direct')
    throw new UsageError('--policies needs --through daemon: only the daemon has policies');
  const goodput = [...(flags.check ?? []), ...(flags.slo?.checks ?? [])].find(({ text }) =>
    /^\s*goodput/.test(text),
  );
  if (goodput !== undefined && (flags.slo?.limits ?? []).length === 0)
    throw new UsageError(
      `add limits for single answers to --slo, e.g. --slo 'ttft<500ms': ${goodput.text.trim()} counts the answers that meet them`,
    );
  const limit = flags.through === 'direct' ? openFilesProblem(mostAtATime(flags)) : undefined;
  if (limit !== undefined) throw new UsageError(limit);
  const composition = compose(modes.length === 0 ? flags : { ...flags, mode: modes[0] ?? '' });
  reportProblems(composition.loaded);
  const { connector } = composition;
  const names = modes.length === 0 ? [connector.endpoint.name] : modes;
  for (const name of names) checkEndpoint(connector, name);
  // Opening a pipe waits for its reader, and Ctrl+C ends this wait only before `interruptOn`.
  const files = openReports(flags);
  const abort = new AbortController();
  const interruption = interruptOn(abort);
  // When the reader of stdout closes it, the test continues, because its exit code still counts.
  const watch = watchStdout(new AbortController());
  try {
    const startedAt = new Date();
    const runs: EndpointRun[] = [];
    for (const name of names) {
      if (abort.signal.aborted) break;
      connector.use(name);
      // --start-at applies only to the first of several endpoints.
      const startAt = runs.length === 0 ? flags.startAt : undefined;
      try {
        runs.push(await runOne(composition, plan, startAt, abort.signal));
      } catch (error) {
        if (!(error instanceof StoppedEarly) && error !== abort.signal.reason) throw error;
      }
    }
    const interrupted = interruption.exitCode !== undefined;
    if (runs.length === 0) printMessage('stopped before the first answer: there is nothing to report');
    else if (!replacesTables(files)) stdout.print(resultText(runs, setup));
    const json = resultJson(runs, setup, startedAt, interrupted);
    await writeReports(runs.length === 0 ? onlyStdout(files) : files, {
      json: () => reportText(json),
      csv: () => (search === undefined ? requestsCsv(runs) : curvesCsv(runs)),
      html: async () => [(await import('./bench/report/page.js')).reportPage(runs, setup, json)],
    });
    // An error of stdout arrives in the next event-loop turn, too.
    const stopped = await interruption.latestExitCode();
    if (watch.exitCode === EXIT.failed) return EXIT.failed;
    return stopped ?? (runs.every(passed) ? EXIT.ok : EXIT.failed);
  } finally {
    interruption.remove();
    await composition.close();
  }
}

/** Returns the names of the endpoints in --mode, each once; empty: use the configured endpoint. */
function modesOf(flags: BenchFlags): string[] {
  const modes = [...new Set((flags.mode ?? '').split(',').map((name) => name.trim()))].filter(
    (name) => name !== '',
  );
  const given = givenEndpointFlags(flags);
  if (modes.length < 2 || given.length === 0) return modes;
  throw new UsageError(
    `write the values of ${given.join(', ')} into the endpoints' sections of the configuration: ` +
      `with several endpoints, flags would only change ${modes[0]}`,
  );
}

function checkEndpoint(connector: OpenAIStreamConnector, name: string): void {
  const endpoint = connector.endpoints.find((one) => one.name === name);
  const names = connector.endpoints.map((one) => one.name).join(', ');
  if (endpoint === undefined)
    throw new UsageError(`--mode: use some of ${names}: there is no endpoint "${name}"`);
  if (endpoint.problem !== undefined) throw new UsageError(`${name}: ${endpoint.problem}`);
}

async function runOne(
  composition: Composition,
  plan: Plan,
  startAt: Date | undefined,
  signal: AbortSignal,
): Promise<EndpointRun> {
  const { flags, load } = plan;
  const { endpoint } = composition.connector;
  await composition.ready(signal);
  const engine = await openEngine(composition, plan, signal);
  const page = await openServerPage(endpoint, flags);
  try {
    const { name } = endpoint;
    if (flags.warmup !== 'auto' && flags.warmup > 0) {
      const warmup = warmupFlags(flags, flags.warmup, plan.prompts.count);
      await measure(engine, { label: `${name} warm-up`, flags: warmup, load: loadOf(warmup) }, signal);
    }
    const search = searchOf(flags);
    if (search !== undefined) {
      const ground = { engine, flags, label: name, turnsOf: turnsOf(plan), begun: 0, page };
      const { curve, best } = await searchLoads(ground, search, signal);
      const run = runOf(best.measured, endpoint, { ...flags, warmup: 0 }, load.kind);
      return {
        ...run,
        ...stoppedIn('test', best.measured, signal),
        ...{ curve, ...(best.server !== undefined && { server: best.server }) },
      };
    }
    const during = signal.aborted ? 'start' : 'test';
    if (startAt !== undefined) await waitForStart(startAt, signal);
    const watch = page?.watch();
    // With --start-at, the test must not wait here: other machines begin at that time.
    if (startAt === undefined) await watch?.begun;
    let server: EndpointRun['server'];
    const measured = await measure(engine, { label: name, flags, load }, signal).finally(async () => {
      server = await watch?.stop();
    });
    return {
      ...runOf(measured, endpoint, flags, load.kind),
      ...stoppedIn(during, measured, signal),
      ...(server !== undefined && { server }),
    };
  } finally {
    await page?.close();
    await engine.close();
  }
}

function stoppedIn(
  during: StoppedTest['during'],
  { stopped }: Measured,
  signal: AbortSignal,
): Pick<EndpointRun, 'stopped'> {
  return signal.aborted ? { stopped: { during, ...stopped } } : {};
}

/** Returns the most requests at a time that the flags allow. */
function mostAtATime({ concurrency = 1, findConcurrency, sweep }: BenchFlags): number {
  if (findConcurrency !== undefined && findConcurrency !== true) return findConcurrency.to;
  return sweep?.kind === 'concurrency' ? Math.max(...sweep.loads) : concurrency;
}

/**
 * The number of the warm-up's first prompt when prompts are generated. No test sends so many requests, so warm-up and
 * test never use the same prompt.
 */
const WARMUP_FIRST = 1_000_000_000;

/**
 * Returns the flags of the warm-up, which does not count and has the concurrency of the test. It sends the last prompts
 * of a list. Otherwise the test would repeat the warm-up's prompts, and a server's prefix cache would answer them
 * faster.
 * @param count number of different prompts; undefined when they do not repeat
 */
function warmupFlags(flags: BenchFlags, requests: number, count: number | undefined): BenchFlags {
  const { rate: _rate, stages: _stages, arrivals: _arrivals, trace: _trace, duration: _, ...rest } = flags;
  const conversations = flags.turns === undefined ? {} : { conversations: requests };
  const first = count === undefined ? WARMUP_FIRST : Math.max(0, count - requests);
  return { ...rest, requests, ...conversations, first };
}

function passed({ checks, report, curve }: EndpointRun): boolean {
  const answered = curve?.found === undefined || curve.found.kept !== undefined;
  return answered && report.completed > 0 && checks.every((check) => check.passed);
}
