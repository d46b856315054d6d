import { counted } from '../../../common/text/counted.js';
import type { CheckResult } from '../../../loadtest/conditions/check.js';
import { failingSince } from '../../../loadtest/figures/failures.js';
import type { Trim } from '../../../loadtest/figures/steady-part.js';
import { promptTokensPerSecond } from '../../../loadtest/figures/throughput.js';
import { tokensText } from '../../../loadtest/figures/tokens.js';
import type { TurnFigures } from '../../../loadtest/figures/turns.js';
import { instrumentWarnings } from '../../../loadtest/load/instrument.js';
import { bucketsOf, histogramText } from '../../../loadtest/report/histogram.js';
import { latencyTable, runText, turnsTable } from '../../../loadtest/report/table.js';
import { type Curve, unitOf } from '../../../loadtest/search/curve.js';
import { curveText } from '../../../loadtest/search/curve-text.js';
import { serverSource, serverText } from '../../../loadtest/server-metrics/report.js';
import type { Conversations } from '../send.js';
import type { Setup } from '../setup.js';
import { type Attempts, attemptsOf, type EndpointRun, meanInFlightOf } from './endpoint-run.js';

const BUCKETS = 12;
const BAR_WIDTH = 40;

/** Formats the result as text. */
export function resultText(runs: readonly EndpointRun[], setup: Setup): string {
  const parts = runs.map((run) => {
    const heading = `${run.mode}  ${run.model} at ${run.url}, ${setup.text}\n`;
    if (run.curve !== undefined)
      return `${heading}${rowsText(stoppedRows(run))}\n${curveText(run.curve)}${shownText(run, run.curve)}`;
    const slo = run.slo.map((one) => `${one.passed ? 'SLO met   ' : 'SLO MISSED'}  ${foundText(one)}\n`);
    const checks = run.checks.map((one) => `${one.passed ? 'passed' : 'FAILED'}      ${foundText(one)}\n`);
    const text = [
      heading,
      runText(run, setup.loop, promptTokensPerSecond(run.tokens, run.report.durationMs)),
      rowsText([...stoppedRows(run), ...endRows(run)]),
      rowsText([...tokenRows(run), ...promptRows(run, setup.prompts), ...ownRows(run, setup)]),
      ...slo,
      ...checks,
      distributionText(run),
      turnsTable(run.turns).replace(/^(?=.)/, '\n'),
    ];
    return [...warningText(run), ...text].join('');
  });
  const servers = runs.map(({ server, curve }) => (curve === undefined ? serverText(server) : '')).join('');
  return (
    [...parts, latencyTable(runs.filter(({ curve }) => curve === undefined))]
      .filter((part) => part !== '')
      .join('\n') + servers
  );
}

/** Formats the parts of a search's report that belong to the test of one load. */
function shownText({ turns, server }: EndpointRun, curve: Curve): string {
  const byTurn = turnsTable(turns);
  return [
    ...(byTurn === '' ? [] : [`turns at ${curve.shown} ${unitOf(curve)}\n${byTurn}`]),
    ...(server === undefined ? [] : [serverSource(server)]),
  ]
    .map((part) => `\n${part}`)
    .join('');
}

/** Formats a check with its value, e.g. `ttft.p95<500ms (is 312 ms)`. */
export function foundText({ check, value, unit }: CheckResult): string {
  const is = value === undefined ? 'not measured' : `is ${Number(value.toFixed(2))} ${unit}`.trimEnd();
  return `${check} (${is})`;
}

function stoppedRows(run: EndpointRun): string[][] {
  const text = stoppedText(run);
  return text === undefined ? [] : [['stopped', text]];
}

/** Formats e.g. `after 1.1 s, with 4 requests still running, …`; undefined when nobody stopped the test. */
export function stoppedText({ stopped, curve, tookMs }: EndpointRun): string | undefined {
  if (stopped === undefined) return undefined;
  if (curve !== undefined) return 'before its end: not all loads were tested';
  const { during, requests } = stopped;
  if (during === 'start') return 'before the test began';
  const when = `after ${(tookMs / 1000).toFixed(1)} s`;
  return requests === 0
    ? when
    : `${when}, with ${counted(requests, 'request')} still running, neither complete nor failed`;
}

function endRows({ tally }: EndpointRun): string[][] {
  const since = failingSince(tally.samples);
  return since === undefined ? [] : [['', failingText(since)]];
}

/** Formats e.g. `no answer was complete after 2.5 s: the last 340 requests failed`. */
export function failingText({ atMs, count }: NonNullable<ReturnType<typeof failingSince>>): string {
  return `no answer was complete after ${(atMs / 1000).toFixed(1)} s: the last ${count} requests failed`;
}

function tokenRows({ report, tokens }: EndpointRun): string[][] {
  const text = tokensText(tokens, report.tokensEstimated);
  return text === '' ? [] : [['tokens', text]];
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

/** Returns the warning above a run whose figures include this process's own delays. */
function warningText({ instrument, report }: EndpointRun): string[] {
  const warnings = instrumentWarnings(instrument, report);
  if (warnings.length === 0) return [];
  return [
    'WARNING: send less, or use a faster or idle machine. This process or machine was slow, and its delays are part of the figures below.\n',
    ...warnings.map((warning) => `  ${warning}\n`),
    '\n',
  ];
}

/** Returns the rows on the loop and this process. */
function ownRows(run: EndpointRun, { through, policies, expectedArrivals }: Setup): string[][] {
  const { report, instrument, maxInFlight, unsent, tally, turns, conversations, workers, trim, marksMs } =
    run;
  const { eventLoopDelayMs, cpu } = instrument;
  const arrivals =
    report.completed + report.failed + unsent + (trim === undefined ? 0 : trim.before + trim.after);
  return [
    ...(turns.length === 0 ? [] : [['turns', conversationsText(conversations, turns)]]),
    ['path', PATHS[through === 'direct' ? 'direct' : policies ? 'policies' : 'daemon']],
    ...(policies ? [['attempts', attemptsText(attemptsOf(tally))]] : []),
    ...(expectedArrivals === undefined ? [] : [['arrivals', arrivalsText(arrivals, expectedArrivals)]]),
    ['in flight', `at most ${maxInFlight}, ${meanInFlightOf(run).toFixed(1)} on average`],
    ...(marksMs.length === 0
      ? []
      : [['marks', marksMs.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')]]),
    ...(trim === undefined ? [] : [['excluded', trimText(trim)]]),
    [
      'instrument',
      `${workers === 1 ? '' : `${workers} threads, `}event loop late p99 ${eventLoopDelayMs.p99.toFixed(1)} ms, ${(100 * cpu).toFixed(0)} % of a core`,
    ],
    ...(unsent === 0
      ? []
      : [
          [
            'unsent',
            `${unsent} ${turns.length === 0 ? 'requests' : 'conversations'} still waited for a free slot when the test ended`,
          ],
        ]),
  ];
}

/** Formats e.g. `34 warm-up requests (2.1 s, by MSER-5) and the last 12`. */
export function trimText({ before, after, fromMs, steady }: Trim): string {
  const warmup = `${before} warm-up requests (${(fromMs / 1000).toFixed(1)} s, by MSER-5) and the last ${after}`;
  return steady
    ? warmup
    : `${warmup}; NOT STEADY: use a longer test, because TTFT still changed in the second half`;
}

function arrivalsText(arrivals: number, expected: number): string {
  return `${arrivals} by chance, ${Number(expected.toFixed(1))} on average; --arrivals constant avoids chance`;
}

function conversationsText(
  { begun, complete, brokenOff }: Conversations,
  turns: readonly TurnFigures[],
): string {
  const cut = begun - complete - brokenOff;
  return [
    `${counted(begun, 'conversation')} of up to ${counted(turns.at(-1)?.turn ?? 0, 'turn')}: ${complete} complete`,
    ...(brokenOff === 0 ? [] : [`${brokenOff} broken off by a failure`]),
    ...(cut === 0 ? [] : [`${cut} cut off by the end of the test`]),
  ].join(', ');
}

const attemptsText = ({ total, retried, retriesMs, replaced }: Attempts): string =>
  `${total}, ${retried} requests were sent more than once and spent ${(retriesMs / 1000).toFixed(2)} s in retries` +
  (replaced === 0 ? '' : `; ${replaced} dead connections were replaced`);

const PATHS = {
  direct: 'directly to the provider',
  daemon: 'through the daemon, one attempt for each request, no circuit',
  policies: 'through the daemon, with its retries, circuit and limits',
} as const;

function rowsText(rows: readonly string[][]): string {
  return rows.map(([label = '', text = '']) => `${label.padEnd(10)}  ${text}\n`).join('');
}

/** Draws the histogram of TTFT, or of E2E when answers come in one piece. */
function distributionText({ tally }: EndpointRun): string {
  const valuesOf = (name: 'ttft' | 'e2e'): number[] =>
    tally.samples.flatMap((one) => (one.outcome === 'complete' ? (tally.latencyOf(one)[name] ?? []) : []));
  const ttft = valuesOf('ttft');
  const values = ttft.length > 0 ? ttft : valuesOf('e2e');
  if (values.length === 0) return '';
  return `\n${ttft.length > 0 ? 'TTFT' : 'E2E'}\n${histogramText(bucketsOf(values, BUCKETS), BAR_WIDTH)}`;
}
