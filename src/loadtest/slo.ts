import type { Latency } from './sample.js';

/** Limits in ms that an answer has to keep to count for goodput. */
export type Slo = Latency;

const NAMES = ['ttft', 'tpot', 'e2e'] as const;

/** Reads `ttft=500,tpot=50`; undefined when it is no such list. */
export function parseSlo(text: string): Slo | undefined {
  const slo: Slo = {};
  for (const part of text.split(',')) {
    const [, word, digits] = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    const name = NAMES.find((one) => one === word);
    if (name === undefined || slo[name] !== undefined) return undefined;
    slo[name] = Number(digits);
  }
  return slo;
}

/** E.g. `ttft <= 500 ms, tpot <= 50 ms`. */
export function describeSlo(slo: Slo): string {
  return NAMES.flatMap((name) => (slo[name] === undefined ? [] : [`${name} <= ${slo[name]} ms`])).join(', ');
}

/**
 * Whether an answer keeps every limit. An unknown figure keeps none, but the TPOT of a single token,
 * which has nothing to be measured on.
 */
export function meets(slo: Slo, latency: Latency): boolean {
  return NAMES.every((name) => {
    const limit = slo[name];
    if (limit === undefined) return true;
    const value = latency[name];
    if (value === undefined) return name === 'tpot' && latency.ttft !== undefined;
    return value <= limit;
  });
}
