// Compares the report of `bench` with a server's own log. The server runs in a separate process and logs each request
// and when it sent each token. Counts must be equal, and TTFT, gaps and TPOT within 3 % at mean and p99, direct and
// through the daemon.
// Run: tsx bench/accuracy.ts [counts|1|50|500] [direct|daemon]. Put `chrt -r 10` in front on a busy machine.
import { makeSandbox, runProgram } from '../test/support/programs/program.js';
import { say, table } from './support/figures.js';
import type { Logged, ServerLog } from './support/log-server.js';
import { openBench } from './support/programs.js';

const TTFT_MS = 400;
const GAP_MS = 40;
/** Requests before those that count. They connect, and run code that is not compiled yet, which no server's log shows. */
const WARMUP = 2;
const AIM = 0.03;
const WAYS = ['direct', 'daemon'] as const;
/** Each has at least 100 requests: the p99 of fewer is their maximum. */
const LOADS = [
  { streams: 1, requests: 100, tokens: 8 },
  { streams: 50, requests: 200, tokens: 40 },
  { streams: 500, requests: 1500, tokens: 40 },
];
const [, , only, way] = process.argv;
const ways = WAYS.filter((one) => way === undefined || one === way);

/** The value of `--through`. */
type Way = (typeof WAYS)[number];
interface Figures {
  mean: number;
  p99: number;
}
interface Run {
  completed: number;
  failed: number;
  errors: { class: string; count: number }[];
  attempts: { total: number; replaced: number };
  max_in_flight: number;
  ttft_ms: Figures | null;
  tpot_ms: Figures | null;
  itl_ms: Figures | null;
  instrument: {
    event_loop_delay_ms: { p99: number };
    daemon_delay_ms: { p99: number } | null;
    cpu_cores_used: number;
    warnings: string[];
  };
}

const programs = await openBench();
const server = await programs.logServer();

/** Runs `bench` with the server at `path`. Returns its report and the server's own log. */
async function measure(path: string, way: Way, ...flags: string[]): Promise<{ run: Run; log: ServerLog }> {
  const sandbox = await makeSandbox();
  try {
    sandbox.writeConfig(`openai:\n  base_url: ${server.url}/${path}/v1\n  api_key: none\n`);
    await server.log();
    const { stdout, stderr } = await runProgram(sandbox, [
      ...['bench', '--mode', 'openai', '--through', way, '--json', '-', ...flags],
    ]);
    if (stdout === '') throw new Error(`bench gave no report: ${stderr}`);
    const { runs } = JSON.parse(stdout) as { runs: [Run] };
    return { run: runs[0], log: await server.log() };
  } finally {
    sandbox.remove();
  }
}

const kindOf = (kind: Logged['kind'], { requests }: ServerLog): number =>
  requests.filter((one) => one.kind === kind).length;

/** Each case: the server's path, flags, the kind of log entry that is a failure, and its error class in `bench`. */
const COUNTS: [name: string, path: string, flags: string, kind: Logged['kind'], errorClass: string][] = [
  ['always failing', 'status/1/503', '--requests 500 --concurrency 20', 'refused', 'Transient'],
  ['1 in 8 failing', 'status/8/500', '--requests 500 --concurrency 20', 'refused', 'Transient'],
  ['429 under load', 'busy/4', '--requests 500 --rate 200', 'refused', 'RateLimited'],
  ['1 in 8 dropped', 'drop/8', '--requests 500 --concurrency 20', 'dropped', 'Transient'],
  ['1 in 8 stalled', 'stall/8', '--requests 160 --concurrency 40 --answer-timeout 1', 'stalled', 'Timeout'],
  ['3,000 in flight', 'hold/3000', '--requests 3000 --concurrency 3000', 'dropped', 'Transient'],
];

async function counts(way: Way): Promise<void> {
  const rows = [
    [`counts, ${way}`, 'server saw', 'whole', 'failed', 'bench sent', 'complete', 'failed', 'equal'],
  ];
  for (const [name, path, flags, kind, errorClass] of COUNTS) {
    const { run, log } = await measure(path, way, ...flags.split(' '));
    const { completed, attempts, errors } = run;
    const failed = errors.find((error) => error.class === errorClass)?.count ?? 0;
    const saw = [log.requests.length, kindOf('whole', log), kindOf(kind, log)];
    const reported = [attempts.total + attempts.replaced, completed, failed];
    const others = run.failed - failed;
    const equal = others === 0 && saw.every((count, index) => count === reported[index]);
    rows.push([name, ...[...saw, ...reported].map(String), equal ? 'yes' : `NO (${JSON.stringify(errors)})`]);
    if (path.startsWith('hold')) {
      rows.push([
        '  at the same time',
        String(log.maxInFlight),
        '',
        '',
        String(run.max_in_flight),
        '',
        '',
        '',
      ]);
    }
  }
  say(`${table(rows)}\n`);
}

/** Returns the nearest-rank percentile, as in `bench`: the smallest value that is at least as large as `share` of all values. */
function nearestRank(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}
function summary(values: readonly number[]): Figures {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    p99: nearestRank(values, 0.99),
  };
}

/** Returns the exact figures from the server's log, in ms. */
function truth({ requests }: ServerLog): Record<'ttft_ms' | 'tpot_ms' | 'itl_ms', Figures> {
  const gaps = requests.map(({ sentUs }) =>
    sentUs.slice(1).map((at, index) => (at - (sentUs[index] ?? at)) / 1000),
  );
  return {
    ttft_ms: summary(requests.map(({ readUs, sentUs }) => ((sentUs[0] ?? 0) - readUs) / 1000)),
    tpot_ms: summary(gaps.map((one) => one.reduce((sum, gap) => sum + gap, 0) / one.length)),
    itl_ms: summary(gaps.flat()),
  };
}

async function figures(way: Way, { streams, requests, tokens }: (typeof LOADS)[number]): Promise<void> {
  const answerS = (TTFT_MS + (tokens - 1) * GAP_MS) / 1000;
  const { run, log } = await measure(
    `paced/${TTFT_MS}/${GAP_MS}/${tokens}`,
    way,
    ...['--requests', String(requests), '--concurrency', String(streams), '--warmup', String(WARMUP)],
    // Spread the starts over an answer's length. Otherwise requests would come in waves.
    ...['--ramp', String(streams === 1 ? 0 : answerS)],
  );
  const expected = truth({ ...log, requests: log.requests.slice(WARMUP) });
  const rows = [[`${streams} streams, ${way}`, 'server', 'bench', 'off', `aim ${100 * AIM} %`]];
  for (const name of ['ttft_ms', 'itl_ms', 'tpot_ms'] as const) {
    for (const statistic of ['mean', 'p99'] as const) {
      const measured = run[name]?.[statistic] ?? Number.NaN;
      const off = measured / expected[name][statistic] - 1;
      const label = `${name.slice(0, 4).replace('_', '').toUpperCase()} ${statistic}`;
      rows.push([
        label,
        expected[name][statistic].toFixed(2),
        `${measured.toFixed(2)} ms`,
        `${(100 * off).toFixed(2)} %`,
        Math.abs(off) <= AIM ? 'met' : 'missed',
      ]);
    }
  }
  const {
    event_loop_delay_ms: delay,
    daemon_delay_ms: daemon,
    cpu_cores_used: cpu,
    warnings,
  } = run.instrument;
  const daemonText = daemon === null ? '' : `, daemon late p99 ${daemon.p99.toFixed(1)} ms`;
  say(table(rows));
  say(
    `instrument: ${(100 * cpu).toFixed(0)} % of a core, event loop late p99 ${delay.p99.toFixed(1)} ms${daemonText}`,
  );
  for (const warning of warnings) say(`  warned: ${warning}`);
  if (run.completed !== requests) say(`  NOT ALL COMPLETE: ${run.completed} of ${requests}`);
  say('');
}

try {
  for (const one of ways) if (only === undefined || only === 'counts') await counts(one);
  for (const load of LOADS) {
    for (const one of ways) {
      if (only === undefined || only === String(load.streams)) await figures(one, load);
    }
  }
} finally {
  await programs.close();
}
