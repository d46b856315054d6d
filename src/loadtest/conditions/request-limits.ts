import type { Latency } from '../samples/sample.js';
import { type Condition, compare, type Operator } from './condition.js';

const NAMES = ['ttft', 'tpot', 'e2e'] as const;

/** A limit that an answer must meet to count for goodput. */
export interface RequestLimit {
  readonly name: (typeof NAMES)[number];
  readonly operator: Operator;
  readonly ms: number;
}

/** Converts a condition to a limit; undefined when it does not limit a time of one answer. `=` means `<=`. */
export function requestLimitOf({ figure, statistic, operator, limit, unit }: Condition) {
  const name = NAMES.find((one) => one === figure);
  if (name === undefined || statistic !== undefined || unit === '%') return undefined;
  return { name, operator: operator === '=' ? '<=' : operator, ms: limit } satisfies RequestLimit;
}

/** Formats limits, e.g. `ttft <= 500 ms, tpot < 50 ms`. */
export function describeLimits(limits: readonly RequestLimit[]): string {
  return limits.map(({ name, operator, ms }) => `${name} ${operator} ${ms} ms`).join(', ');
}

/** Returns whether an answer meets every limit. An unknown or withheld figure meets no limit. */
export function meets(limits: readonly RequestLimit[], latency: Latency): boolean {
  return limits.every(({ name, operator, ms }) => {
    const value = latency[name];
    return value !== undefined && compare(value, operator, ms);
  });
}
