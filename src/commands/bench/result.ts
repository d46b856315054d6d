import type { CheckResult } from '../../loadtest/check.js';
import { bucketsOf, histogramText } from '../../loadtest/histogram.js';
import { reportJson } from '../../loadtest/report-json.js';
import { latencyTable, runText } from '../../loadtest/table.js';
import type { Report, Tally } from '../../loadtest/tally.js';
import type { BenchFlags } from './flags.js';

/** One endpoint's test. */
export interface EndpointRun {
  mode: string;
  model: string;
  url: string;
  report: Report;
  tally: Tally;
  checks: readonly CheckResult[];
}

const BUCKETS = 12;
const BAR_WIDTH = 40;

/** The result for people. */
export function resultText(runs: readonly EndpointRun[], flags: BenchFlags): string {
  const kind = flags.rate === undefined ? 'closed' : 'open';
  const parts = runs.map((run) => {
    const heading = `${run.mode}  ${run.model} at ${run.url}, ${loadText(flags)}\n`;
    const checks = run.checks.map(({ check, value, unit, passed }) => {
      const found = value === undefined ? 'not measured' : `is ${Number(value.toFixed(2))} ${unit}`.trimEnd();
      return `${passed ? 'passed' : 'FAILED'}      ${check} (${found})\n`;
    });
    return [heading, runText(run, kind), ...checks, distributionText(run)].join('');
  });
  return [...parts, latencyTable(runs)].filter((part) => part !== '').join('\n');
}

function loadText({ rate, concurrency, ramp, warmup }: BenchFlags): string {
  const load =
    rate === undefined
      ? `${concurrency ?? 1} at a time${ramp === 0 ? '' : `, begun over ${ramp} s`}`
      : `${rate} arrivals/s${concurrency === undefined ? '' : `, at most ${concurrency} at a time`}`;
  return warmup === 0 ? load : `${load}, after ${warmup} to warm up`;
}

/** How TTFT is distributed; E2E where answers come in one piece. */
function distributionText({ tally }: EndpointRun): string {
  const all = tally.samples.flatMap((one) => (one.outcome === 'complete' ? [tally.latencyOf(one)] : []));
  const ttft = all.flatMap((one) => one.ttft ?? []);
  const values = ttft.length > 0 ? ttft : all.flatMap((one) => one.e2e ?? []);
  if (values.length === 0) return '';
  return `\n${ttft.length > 0 ? 'TTFT' : 'E2E'}\n${histogramText(bucketsOf(values, BUCKETS), BAR_WIDTH)}`;
}

/** The result for programs: names are fixed, more may be added. */
export function resultJson(
  runs: readonly EndpointRun[],
  flags: BenchFlags,
  startedAt: Date,
  interrupted: boolean,
): Record<string, unknown> {
  const kind = flags.rate === undefined ? 'closed' : 'open';
  return {
    version: 1,
    started_at: startedAt.toISOString(),
    interrupted,
    load: {
      loop: kind,
      concurrency: flags.concurrency ?? (kind === 'closed' ? 1 : null),
      ramp_s: flags.ramp,
      rate_per_s: flags.rate ?? null,
      arrivals: kind === 'open' ? 'poisson' : null,
      seed: kind === 'open' ? flags.seed : null,
      warmup: flags.warmup,
      // Of TTFT and E2E.
      measured_from: kind === 'open' ? 'intended send time' : 'send',
    },
    runs: runs.map(({ mode, model, url, report, checks }) => ({
      mode,
      model,
      url,
      ...reportJson(report),
      checks: checks.map(({ check, value, passed }) => ({ check, value: value ?? null, passed })),
    })),
  };
}
