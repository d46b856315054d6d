import { STATISTICS, type Statistic } from './distribution.js';
import { LATENCIES, type LatencyName, type Report } from './tally.js';

/** A condition on a report, for use in CI. */
export interface Check {
  /** As it was given. */
  text: string;
  /** Of the value; empty for a number. */
  unit: 'ms' | '%' | '';
  value: (report: Report) => number | undefined;
  holds: (value: number) => boolean;
}

export interface CheckResult {
  check: string;
  unit: Check['unit'];
  /** Undefined where the report has no such figure, which never passes. */
  value: number | undefined;
  passed: boolean;
}

export const CHECK_SYNTAX =
  'FIGURE<LIMIT (also <=, >, >=), where FIGURE is ttft, tpot, itl, e2e or lag with .mean, .p50, .p90, .p95, .p99\n' +
  'or .max and a limit in ms or s; errors or goodput with a number or %; requests_per_s or tokens_per_s';

const COMPARE: Record<string, (value: number, limit: number) => boolean> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

const PATTERN = /^\s*([a-z_0-9]+)(?:\.([a-z0-9]+))?\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s|%)?\s*$/;

/** Reads e.g. `ttft.p95<500ms`, `errors<=1%`, `goodput>=4`; undefined when it is none. */
export function parseCheck(text: string): Check | undefined {
  const [, name = '', statistic, operator = '', digits, unit] = PATTERN.exec(text) ?? [];
  const compare = COMPARE[operator];
  const value = statistic === undefined ? total(name, unit) : latency(name, statistic, unit);
  if (compare === undefined || value === undefined) return undefined;
  const limit = Number(digits) * (unit === 's' ? 1000 : 1);
  return {
    text,
    unit: statistic !== undefined ? 'ms' : unit === '%' ? '%' : '',
    value,
    holds: (actual) => compare(actual, limit),
  };
}

/** What became of a check. */
export function evaluate({ text, unit, value, holds }: Check, report: Report): CheckResult {
  const actual = value(report);
  return { check: text, unit, value: actual, passed: actual !== undefined && holds(actual) };
}

function latency(name: string, word: string, unit: string | undefined): Check['value'] | undefined {
  const statistic: Statistic | undefined = STATISTICS.find((one) => one === word);
  const figure: LatencyName | undefined = LATENCIES.find((one) => one === name);
  if (statistic === undefined || unit === '%') return undefined;
  if (figure !== undefined) return (report) => report.latency[figure]?.[statistic];
  return name === 'lag' ? (report) => report.lag?.[statistic] : undefined;
}

function total(name: string, unit: string | undefined): Check['value'] | undefined {
  const share = unit === '%';
  if (unit !== undefined && !share) return undefined;
  switch (name) {
    case 'errors':
      return ({ completed, failed }) => {
        if (!share) return failed;
        return completed + failed === 0 ? undefined : (100 * failed) / (completed + failed);
      };
    case 'goodput':
      return ({ goodput }) => goodput && (share ? 100 * goodput.share : goodput.perSecond);
    case 'requests_per_s':
      return share ? undefined : (report) => report.requestsPerSecond;
    case 'tokens_per_s':
      return share ? undefined : (report) => report.outputTokensPerSecond;
    default:
      return undefined;
  }
}
