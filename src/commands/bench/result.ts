import type { CheckResult } from '../../loadtest/check.js';
import { bucketsOf, histogramText } from '../../loadtest/histogram.js';
import { instrumentWarnings } from '../../loadtest/instrument.js';
import { type Curve, curveText } from '../../loadtest/search/curve.js';
import type { ServerRecord } from '../../loadtest/server-metrics/record.js';
import { serverText } from '../../loadtest/server-metrics/report.js';
import type { Trim } from '../../loadtest/steady-part.js';
import { latencyTable, runText, turnsTable } from '../../loadtest/table.js';
import type { Report, Tally } from '../../loadtest/tally.js';
import type { TurnFigures } from '../../loadtest/turns.js';
import type { Measured } from './measure.js';
import type { Conversations } from './send.js';
import type { Setup } from './setup.js';

/** One endpoint's test. */
export interface EndpointRun extends Omit<Measured, 'durationMs'> {
  mode: string;
  model: string;
  url: string;
  report: Report;
  /** Empty for a test of single requests. */
  turns: readonly TurnFigures[];
  checks: readonly CheckResult[];
  /** The conditions of `--slo` on the run as a whole. */
  slo: readonly CheckResult[];
  /** What the server told of itself (`--server-metrics`). */
  server?: ServerRecord;
  /** What `--warmup auto` left out. */
  trim?: Trim;
  /** Of several loads; the run is then that of the answer. */
  curve?: Curve;
}

const BUCKETS = 12;
const BAR_WIDTH = 40;

/** The result for people. */
export function resultText(runs: readonly EndpointRun[], setup: Setup): string {
  const parts = runs.map((run) => {
    const heading = `${run.mode}  ${run.model} at ${run.url}, ${setup.text}\n`;
    if (run.curve !== undefined) return `${heading}\n${curveText(run.curve)}`;
    const slo = run.slo.map((one) => `${one.passed ? 'SLO kept  ' : 'SLO MISSED'}  ${foundText(one)}\n`);
    const checks = run.checks.map((one) => `${one.passed ? 'passed' : 'FAILED'}      ${foundText(one)}\n`);
    const text = [
      heading,
      runText(run, setup.loop),
      rowsText([...promptRows(run, setup.prompts), ...ownRows(run, setup)]),
      ...slo,
      ...checks,
      distributionText(run),
      turnsTable(run.turns).replace(/^(?=.)/, '\n'),
    ];
    return [...warningText(run), ...text].join('');
  });
  const servers = runs.map(({ server }) => serverText(server)).join('');
  return (
    [...parts, latencyTable(runs.filter(({ curve }) => curve === undefined))]
      .filter((part) => part !== '')
      .join('\n') + servers
  );
}

/** E.g. `ttft.p95<500ms (is 312 ms)`. */
export function foundText({ check, value, unit }: CheckResult): string {
  const is = value === undefined ? 'not measured' : `is ${Number(value.toFixed(2))} ${unit}`.trimEnd();
  return `${check} (${is})`;
}

function promptRows(
  { report, turns, conversations }: EndpointRun,
  { text, count }: Setup['prompts'],
): string[][] {
  if (text === '') return [];
  const sent = report.completed + report.failed;
  const began = turns.length === 0 ? sent : conversations.begun;
  const again = count === undefined || began <= count ? '' : '; they repeat, so caches may answer';
  return [['prompts', text + again]];
}

/** What heads a run whose figures hold delays of the instrument. */
function warningText({ instrument, report }: EndpointRun): string[] {
  const warnings = instrumentWarnings(instrument, report);
  if (warnings.length === 0) return [];
  return [
    `WARNING: this process was at its limit, and its delays are part of the figures below. Send less, or use a faster or idle machine.\n`,
    ...warnings.map((warning) => `  ${warning}\n`),
    '\n',
  ];
}

/** What else the loop and this process say of a run. */
function ownRows(
  { instrument, maxInFlight, unsent, tally, turns, conversations, workers, trim }: EndpointRun,
  { through, policies }: Setup,
): string[][] {
  const { eventLoopDelayMs, cpu } = instrument;
  return [
    ...(turns.length === 0 ? [] : [['turns', conversationsText(conversations, turns)]]),
    ['way', WAYS[through === 'direct' ? 'direct' : policies ? 'policies' : 'daemon']],
    ...(policies ? [['attempts', attemptsText(attemptsOf(tally))]] : []),
    ['in flight', `at most ${maxInFlight}`],
    ...(trim === undefined ? [] : [['left out', trimText(trim)]]),
    [
      'instrument',
      `${workers === 1 ? '' : `${workers} threads, `}event loop late p99 ${eventLoopDelayMs.p99.toFixed(1)} ms, ${(100 * cpu).toFixed(0)} % of a core`,
    ],
    ...(unsent === 0 ? [] : [['unsent', `${unsent} arrivals waited for a place until --drain had passed`]]),
  ];
}

/** E.g. `34 requests to warm up (2.1 s, by MSER-5) and the last 12`. */
export function trimText({ before, after, fromMs, steady }: Trim): string {
  const warmup = `${before} requests to warm up (${(fromMs / 1000).toFixed(1)} s, by MSER-5) and the last ${after}`;
  return steady ? warmup : `${warmup}; NOT STEADY: TTFT still changed in the second half, so test for longer`;
}

function conversationsText(
  { begun, complete, brokenOff }: Conversations,
  turns: readonly TurnFigures[],
): string {
  const cut = begun - complete - brokenOff;
  return [
    `${begun} conversations of up to ${turns.at(-1)?.turn} turns: ${complete} had to the end`,
    ...(brokenOff === 0 ? [] : [`${brokenOff} broken off by a failure`]),
    ...(cut === 0 ? [] : [`${cut} cut by the end of the test`]),
  ].join(', ');
}

/** How often requests were sent, all of a run together. */
export interface Attempts {
  readonly total: number;
  /** Requests that were sent more than once. */
  readonly retried: number;
  /** In attempts that failed, and the waits after them. */
  readonly retriesMs: number;
  /** Requests that went out again at once on a new connection, in place of a dead one. */
  readonly replaced: number;
}

export function attemptsOf({ samples }: Tally): Attempts {
  return {
    total: samples.reduce((sum, { attempts }) => sum + attempts, 0),
    retried: samples.filter(({ attempts }) => attempts > 1).length,
    retriesMs: samples.reduce((sum, { retriesMs }) => sum + retriesMs, 0),
    replaced: samples.reduce((sum, { replaced }) => sum + replaced, 0),
  };
}

const attemptsText = ({ total, retried, retriesMs, replaced }: Attempts): string =>
  `${total}, ${retried} requests were sent more than once and spent ${(retriesMs / 1000).toFixed(2)} s in retries` +
  (replaced === 0 ? '' : `; ${replaced} dead connections were replaced`);

const WAYS = {
  direct: 'straight to the provider',
  daemon: 'through the daemon, one attempt a request, no circuit',
  policies: 'through the daemon, with its retries, circuit and limits',
} as const;

function rowsText(rows: readonly string[][]): string {
  return rows.map(([label = '', text = '']) => `${label.padEnd(10)}  ${text}\n`).join('');
}

/** How TTFT is distributed; E2E where answers come in one piece. */
function distributionText({ tally }: EndpointRun): string {
  const all = tally.samples.flatMap((one) => (one.outcome === 'complete' ? [tally.latencyOf(one)] : []));
  const ttft = all.flatMap((one) => one.ttft ?? []);
  const values = ttft.length > 0 ? ttft : all.flatMap((one) => one.e2e ?? []);
  if (values.length === 0) return '';
  return `\n${ttft.length > 0 ? 'TTFT' : 'E2E'}\n${histogramText(bucketsOf(values, BUCKETS), BAR_WIDTH)}`;
}
