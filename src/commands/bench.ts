import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Command } from 'commander';
import type { OpenAIStreamConnector } from '../connector/openai.js';
import type { HttpStreamer } from '../connector/types.js';
import { evaluate } from '../loadtest/check.js';
import { CSV_HEADER, csvLines, reportText } from '../loadtest/report-json.js';
import { turnFigures } from '../loadtest/turns.js';
import { addCompare } from './bench/compare.js';
import { type DirectStreamer, openDirect } from './bench/direct.js';
import { openReport, type ReportFile } from './bench/files.js';
import { addBenchFlags, type BenchFlags } from './bench/flags.js';
import { loadOf, readTrace } from './bench/load.js';
import { measureEndpoint } from './bench/measure.js';
import { openFilesProblem } from './bench/open-files.js';
import { promptsFrom } from './bench/prompts.js';
import { type EndpointRun, resultText, type Setup } from './bench/result.js';
import { resultJson } from './bench/result-json.js';
import { type Composition, compose, reportProblems } from './compose.js';
import { givenEndpointFlags } from './support/endpoint-flags.js';
import { EXIT } from './support/exit-codes.js';
import { interruptOn } from './support/interrupt.js';
import { limitOptions } from './support/limit-flags.js';
import { loadPrices } from './support/prices.js';
import { stdout } from './support/sink.js';
import { watchStdout } from './support/stdout.js';
import { UsageError } from './support/usage-error.js';

/** Nothing of the daemon's own between a request and the provider. */
const NO_POLICY = { maxAttempts: 1, circuit: false, ceilings: false } as const;

/** Adds `bench`: load on a provider, measured as single answers are. */
export function defineBench(command: Command): void {
  addBenchFlags(command).action(async (_flags: unknown, command: Command) => {
    process.exitCode = await bench(command.optsWithGlobals<BenchFlags>());
  });
  addCompare(command);
}

async function bench(flags: BenchFlags): Promise<number> {
  const modes = modesOf(flags);
  const trace = flags.trace === undefined ? undefined : await readTrace(flags.trace, flags);
  const setup = { flags, load: loadOf(flags, trace), ...(await promptsFrom(flags, trace)) };
  if (flags.json === '-' && flags.csv === '-')
    throw new UsageError('only one of --json and --csv can be "-"');
  if (flags.policies && flags.through === 'direct')
    throw new UsageError('--policies needs --through daemon: without the daemon there are none');
  const files = flags.through === 'direct' ? openFilesProblem(flags.concurrency ?? 1) : undefined;
  if (files !== undefined) throw new UsageError(files);
  const composition = compose(modes.length === 0 ? flags : { ...flags, mode: modes[0] ?? '' });
  reportProblems(composition.loaded);
  const abort = new AbortController();
  const interruption = interruptOn(abort);
  // Without a reader the test's figures are still worth their exit code.
  const watch = watchStdout(new AbortController());
  let direct: DirectStreamer | undefined;
  try {
    const { connector } = composition;
    const names = modes.length === 0 ? [connector.endpoint.name] : modes;
    for (const name of names) checkEndpoint(connector, name);
    const files = { json: report('--json', flags.json), csv: report('--csv', flags.csv) };
    if (flags.through === 'direct') direct = await openDirect(process.env);
    const startedAt = new Date();
    const runs: EndpointRun[] = [];
    for (const name of names) {
      if (abort.signal.aborted) break;
      connector.use(name);
      runs.push(await runOne(composition, setup, direct, abort.signal));
    }
    const interrupted = interruption.exitCode !== undefined;
    if (!files.json?.toStdout && !files.csv?.toStdout) stdout.print(resultText(runs, setup));
    files.json?.write(reportText(resultJson(runs, setup, startedAt, interrupted)));
    files.csv?.write(CSV_HEADER + runs.map(({ mode, tally }) => csvLines(mode, tally)).join(''));
    for (const file of [files.json, files.csv]) file?.close();
    // An error of stdout arrives in the next event-loop turn.
    await nextTurn();
    if (watch.exitCode === EXIT.failed) return EXIT.failed;
    return interruption.exitCode ?? (runs.every(passed) ? EXIT.ok : EXIT.failed);
  } finally {
    interruption.remove();
    await direct?.close();
    await composition.close();
  }
}

/** The endpoints by name, each once; none: the one of the configuration. */
function modesOf(flags: BenchFlags): string[] {
  const modes = [...new Set((flags.mode ?? '').split(',').map((name) => name.trim()))].filter(
    (name) => name !== '',
  );
  const given = givenEndpointFlags(flags);
  if (modes.length < 2 || given.length === 0) return modes;
  throw new UsageError(
    `write what ${given.join(', ')} would set into the endpoints' own sections of the configuration: ` +
      `with several endpoints, flags would change ${modes[0]} alone`,
  );
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
  { flags, load, prompts, pace }: Setup,
  direct: HttpStreamer | undefined,
  signal: AbortSignal,
): Promise<EndpointRun> {
  const { connector } = composition;
  const { endpoint } = connector;
  const model = flags.model ?? endpoint.model;
  await composition.ready(signal);
  const streamer = direct ?? connector.client;
  // Connecting to a daemon, or starting one, is no part of the first request.
  await streamer.connect();
  await loadPrices(endpoint.baseUrl);
  const { tally, durationMs, ...rest } = await measureEndpoint(
    {
      through: flags.through,
      streamer,
      endpoint,
      prompts,
      pace,
      history: flags.history,
      adaptations: new Map(),
      prices: composition.loaded.config.prices,
      options: {
        model,
        ...(flags.maxTokens !== undefined && { maxTokens: flags.maxTokens }),
        ...limitOptions(flags),
        ...(flags.policies !== true && { policy: NO_POLICY }),
      },
    },
    load,
    flags,
    signal,
  );
  const result = tally.report(durationMs);
  return {
    mode: endpoint.name,
    model,
    url: endpoint.baseUrl,
    tally,
    turns: flags.turns === undefined ? [] : turnFigures(tally),
    report: result,
    checks: (flags.check ?? []).map((check) => evaluate(check, result)),
    slo: (flags.slo?.checks ?? []).map((check) => evaluate(check, result)),
    ...rest,
  };
}

function passed({ checks, report }: EndpointRun): boolean {
  return report.completed > 0 && checks.every((check) => check.passed);
}
