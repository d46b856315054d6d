import { STATISTICS, type Statistic } from '../figures/distribution.js';
import { LATENCIES, type LatencyName, type Report } from '../figures/tally.js';
import { type Condition, compare, parseCondition } from './condition.js';

/** A condition on a report, for example in CI. */
export interface Check {
  /** The text that the user gave. */
  text: string;
  /** Unit of the value; empty for a plain number. */
  unit: 'ms' | '%' | '';
  value: (report: Report) => number | undefined;
  holds: (value: number) => boolean;
}

export interface CheckResult {
  check: string;
  unit: Check['unit'];
  /** Undefined when the report lacks the figure; then the check fails. */
  value: number | undefined;
  passed: boolean;
}

const STATISTIC_NAMES = STATISTICS.map((name) => `.${name}`).join(', ');

export const CHECK_SYNTAX =
  'FIGURE<LIMIT (also <=, >, >=, ==, !=), where FIGURE is ttft, tpot, itl, e2e or lag with one of\n' +
  `${STATISTIC_NAMES} and a limit in us, ms, s or min;\n` +
  'errors or goodput with a number or %; requests_per_s or tokens_per_s';

/** Parses e.g. `ttft.p95<500ms`, `errors<=1%`, `goodput>=4`; undefined for an invalid check. */
export function parseCheck(text: string): Check | undefined {
  const condition = parseCondition(text);
  return condition && checkOf({ ...condition, text });
}

/** Converts a condition to a check; undefined when reports have no such figure. */
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

/** Evaluates a check on a report. */
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
