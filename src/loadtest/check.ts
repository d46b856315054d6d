import { type Condition, compare, parseCondition } from './condition.js';
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

const STATISTIC_NAMES = STATISTICS.map((name) => `.${name}`).join(', ');

export const CHECK_SYNTAX =
  'FIGURE<LIMIT (also <=, >, >=, ==, !=), where FIGURE is ttft, tpot, itl, e2e or lag with one of\n' +
  `${STATISTIC_NAMES} and a limit in us, ms, s or min;\n` +
  'errors or goodput with a number or %; requests_per_s or tokens_per_s';

/** Reads e.g. `ttft.p95<500ms`, `errors<=1%`, `goodput>=4`; undefined when it is none. */
export function parseCheck(text: string): Check | undefined {
  const condition = parseCondition(text);
  return condition && checkOf({ ...condition, text });
}

/** The check that a condition is; undefined when a report has no such figure. */
export function checkOf({ text, figure, statistic, operator, limit, unit }: Condition): Check | undefined {
  const value = statistic === undefined ? total(figure, unit) : latency(figure, statistic, unit);
  if (operator === '=' || value === undefined) return undefined;
  return {
    text,
    unit: statistic !== undefined ? 'ms' : unit === '%' ? '%' : '',
    value,
    holds: (actual) => compare(actual, operator, limit),
  };
}

/** What became of a check. */
export function evaluate({ text, unit, value, holds }: Check, report: Report): CheckResult {
  const actual = value(report);
  return { check: text, unit, value: actual, passed: actual !== undefined && holds(actual) };
}

function latency(name: string, statistic: Statistic, unit: Condition['unit']): Check['value'] | undefined {
  const figure: LatencyName | undefined = LATENCIES.find((one) => one === name);
  if (unit === '%') return undefined;
  if (figure !== undefined) return (report) => report.latency[figure]?.[statistic];
  return name === 'lag' ? (report) => report.lag?.[statistic] : undefined;
}

function total(name: string, unit: Condition['unit']): Check['value'] | undefined {
  const share = unit === '%';
  if (unit === 'time') return undefined;
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
