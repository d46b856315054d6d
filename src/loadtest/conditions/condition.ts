import { UNIT_MS } from '../../common/time/time-units.js';
import { STATISTICS, type Statistic } from '../figures/distribution.js';

const OPERATORS = {
  '<': (value: number, limit: number) => value < limit,
  '<=': (value: number, limit: number) => value <= limit,
  '>': (value: number, limit: number) => value > limit,
  '>=': (value: number, limit: number) => value >= limit,
  '==': (value: number, limit: number) => value === limit,
  '!=': (value: number, limit: number) => value !== limit,
} as const;
export type Operator = keyof typeof OPERATORS;

/** One comparison of a figure with a limit, from `--check` or `--slo`. */
export interface Condition {
  /** The trimmed text that the user gave. */
  readonly text: string;
  readonly figure: string;
  readonly statistic?: Statistic;
  /** Each option gives `=` a meaning of its own. */
  readonly operator: Operator | '=';
  /** In milliseconds for a time; a figure of time without a unit counts as ms. */
  readonly limit: number;
  readonly unit: 'time' | '%' | 'none';
}

const PATTERN =
  /^([a-z_0-9]+)(?:\.([a-z]+[0-9]*(?:\.[0-9]+)?))?\s*(<=|>=|==|!=|<|>|=)\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|%)?$/;

/** Parses e.g. `ttft.p99.9 <= 1.5s` or `errors==0`; undefined for an invalid condition. */
export function parseCondition(text: string): Condition | undefined {
  const trimmed = text.trim();
  const [, figure, word, sign, digits, unit] = PATTERN.exec(trimmed) ?? [];
  const operator = sign === '=' || isOperator(sign) ? sign : undefined;
  const statistic = STATISTICS.find((one) => one === word);
  if (figure === undefined || operator === undefined || (word !== undefined && statistic === undefined)) {
    return undefined;
  }
  return {
    text: trimmed,
    figure,
    ...(statistic !== undefined && { statistic }),
    operator,
    limit: Number(digits) * (UNIT_MS[unit ?? ''] ?? 1),
    unit: unit === '%' ? '%' : unit === undefined ? 'none' : 'time',
  };
}

export function compare(value: number, operator: Operator, limit: number): boolean {
  return OPERATORS[operator](value, limit);
}

function isOperator(sign: string | undefined): sign is Operator {
  return sign !== undefined && Object.hasOwn(OPERATORS, sign);
}
