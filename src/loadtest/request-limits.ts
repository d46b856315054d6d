import { type Condition, compare, type Operator } from './condition.js';
import type { Latency } from './sample.js';

const NAMES = ['ttft', 'tpot', 'e2e'] as const;

/** A limit that each answer has to keep to count for goodput. */
export interface RequestLimit {
  readonly name: (typeof NAMES)[number];
  readonly operator: Operator;
  readonly ms: number;
}

/** Undefined when the condition is not about a time of single answers. `=` is read as `<=`. */
export function requestLimitOf({ figure, statistic, operator, limit, unit }: Condition) {
  const name = NAMES.find((one) => one === figure);
  if (name === undefined || statistic !== undefined || unit === '%') return undefined;
  return { name, operator: operator === '=' ? '<=' : operator, ms: limit } satisfies RequestLimit;
}

/** E.g. `ttft <= 500 ms, tpot < 50 ms`. */
export function describeLimits(limits: readonly RequestLimit[]): string {
  return limits.map(({ name, operator, ms }) => `${name} ${operator} ${ms} ms`).join(', ');
}

/** Whether an answer keeps every limit. A figure that is unknown or withheld keeps none. */
export function meets(limits: readonly RequestLimit[], latency: Latency): boolean {
  return limits.every(({ name, operator, ms }) => {
    const value = latency[name];
    return value !== undefined && compare(value, operator, ms);
  });
}
