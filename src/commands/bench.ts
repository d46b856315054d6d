import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { OpenAIStreamConnector } from '../connector/openai.js';
import { poissonGaps } from '../loadtest/arrivals.js';
import { evaluate } from '../loadtest/check.js';
import { CSV_HEADER, csvLines } from '../loadtest/report-json.js';
import { type Clock, type Limit, type Loop, runLoad } from '../loadtest/run-load.js';
import { createTally, type Tally } from '../loadtest/tally.js';
import { createRandom } from '../simulator/random.js';
import { openReport, type ReportFile } from './bench/files.js';
import { addBenchFlags, type BenchFlags, promptsFrom } from './bench/flags.js';
import { showProgress } from './bench/progress.js';
import { type EndpointRun, resultJson, resultText } from './bench/result.js';
import { send, type Target } from './bench/send.js';
import { type Composition, compose, reportProblems } from './compose.js';
import { EXIT } from './support/exit-codes.js';
import { interruptOn } from './support/interrupt.js';
import { watchStdout } from './support/stdout.js';
import { UsageError } from './support/usage-error.js';

/** Adds `bench`: load through the daemon, measured as single answers are. */
export function defineBench(command: Command): void {
  addBenchFlags(command).action(async (_flags: unknown, command: Command) => {
    process.exitCode = await bench(command.optsWithGlobals<BenchFlags>());
  });
}

const DEFAULT_REQUESTS = 20;
const clock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

async function bench(flags: BenchFlags): Promise<number> {
  const modes = modesOf(flags);
  const prompts = promptsFrom(flags);
  if (flags.json === '-' && flags.csv === '-')
    throw new UsageError('only one of --json and --csv can be "-"');
  const composition = compose(modes.length === 0 ? flags : { ...flags, mode: modes[0] ?? '' });
  reportProblems(composition.loaded);
  const abort = new AbortController();
  const interruption = interruptOn(abort);
  // Without a reader the test's figures are still worth their exit code.
  const stdout = watchStdout(new AbortController());
  try {
    const { connector } = composition;
    const names = modes.length === 0 ? [connector.endpoint.name] : modes;
    for (const name of names) checkEndpoint(connector, name);
    const files = { json: report('--json', flags.json), csv: report('--csv', flags.csv) };
    const startedAt = new Date();
    const runs: EndpointRun[] = [];
    for (const name of names) {
      if (abort.signal.aborted) break;
      connector.use(name);
      runs.push(await runOne(composition, flags, prompts, abort.signal));
    }
    const interrupted = interruption.exitCode !== undefined;
    if (!files.json?.toStdout && !files.csv?.toStdout) process.stdout.write(resultText(runs, flags));
    files.json?.write(`${JSON.stringify(resultJson(runs, flags, startedAt, interrupted), null, 2)}\n`);
    files.csv?.write(CSV_HEADER + runs.map(({ mode, tally }) => csvLines(mode, tally)).join(''));
    for (const file of [files.json, files.csv]) file?.close();
    // What keeps stdout from being written is told by the next turn.
    await nextTurn();
    if (stdout.exitCode === EXIT.failed) return EXIT.failed;
    return interruption.exitCode ?? (runs.every(passed) ? EXIT.ok : EXIT.failed);
  } finally {
    interruption.remove();
    await composition.close();
  }
}

/** The endpoints by name, each once; none: the one of the configuration. */
function modesOf({ mode, baseUrl }: BenchFlags): string[] {
  const modes = [...new Set((mode ?? '').split(',').map((name) => name.trim()))].filter(
    (name) => name !== '',
  );
  if (modes.length > 1 && baseUrl !== undefined) {
    throw new UsageError(
      '--base-url with several endpoints: give their addresses as profiles of the configuration',
    );
  }
  return modes;
}

function checkEndpoint(connector: OpenAIStreamConnector, name: string): void {
  const endpoint = connector.endpoints.find((one) => one.name === name);
  const names = connector.endpoints.map((one) => one.name).join(', ');
  if (endpoint === undefined)
    throw new UsageError(`--mode: there is no endpoint "${name}": use some of ${names}`);
  if (endpoint.problem !== undefined) throw new UsageError(`${name}: ${endpoint.problem}`);
}

function report(flag: string, path: string | undefined): ReportFile | undefined {
  return path === undefined ? undefined : openReport(flag, path);
}

async function runOne(
  composition: Composition,
  flags: BenchFlags,
  prompts: readonly string[],
  signal: AbortSignal,
): Promise<EndpointRun> {
  const { connector } = composition;
  const { name: mode, baseUrl: url } = connector.endpoint;
  const model = flags.model ?? connector.endpoint.model;
  await composition.ready(signal);
  // Connecting, or starting a daemon, is no part of the first request.
  await connector.connect();
  const options = { signal, model, ...(flags.maxTokens !== undefined && { maxTokens: flags.maxTokens }) };
  const target: Target = { connector, prompts, options };
  if (flags.warmup > 0) {
    const loop: Loop = { kind: 'closed', concurrency: flags.concurrency ?? 1, rampMs: flags.ramp * 1000 };
    await measure(target, `${mode} warm-up`, loop, { kind: 'requests', count: flags.warmup }, flags, signal);
  }
  const { tally, durationMs } = await measure(target, mode, loopOf(flags), limitOf(flags), flags, signal);
  const result = tally.report(durationMs);
  return {
    mode,
    model,
    url,
    tally,
    report: result,
    checks: (flags.check ?? []).map((check) => evaluate(check, result)),
  };
}

async function measure(
  target: Target,
  label: string,
  loop: Loop,
  limit: Limit,
  { slo }: BenchFlags,
  signal: AbortSignal,
): Promise<{ tally: Tally; durationMs: number }> {
  const tally = createTally(loop.kind, slo);
  const progress = showProgress(process.stderr, label, limit, tally);
  const startMs = clock.now();
  try {
    const durationMs = await runLoad(
      loop,
      limit,
      (order) => send(target, order, startMs, tally),
      clock,
      signal,
    );
    return { tally, durationMs };
  } finally {
    progress.stop();
  }
}

function loopOf({ rate, concurrency, ramp, seed }: BenchFlags): Loop {
  if (rate === undefined) return { kind: 'closed', concurrency: concurrency ?? 1, rampMs: ramp * 1000 };
  const nextGapMs = poissonGaps(rate, createRandom(seed));
  return { kind: 'open', nextGapMs, ...(concurrency !== undefined && { concurrency }) };
}

function limitOf({ requests, duration }: BenchFlags): Limit {
  if (duration !== undefined) return { kind: 'duration', ms: duration * 1000 };
  return { kind: 'requests', count: requests ?? DEFAULT_REQUESTS };
}

function passed({ checks, report }: EndpointRun): boolean {
  return report.completed > 0 && checks.every((check) => check.passed);
}
