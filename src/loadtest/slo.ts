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

/** Whether an answer keeps every limit. A figure that is unknown or withheld keeps none. */
export function meets(slo: Slo, latency: Latency): boolean {
  return NAMES.every((name) => {
    const limit = slo[name];
    const value = latency[name];
    return limit === undefined || (value !== undefined && value <= limit);
  });
}
