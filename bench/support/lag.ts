import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from './figures.js';

/** How much later the tokens arrived than the server sent them, in ms. */
export interface Lag {
  sent: number;
  arrived: number;
  perSecond: number;
  p50: number;
  p99: number;
  max: number;
}

const FILE = 'arrivals.';
/** In the server's log, an event that ends a stream. */
const ENDING = -1;

/** Returns the variables with which a program records its arrivals in the folder. `hook`: the built arrivals.ts. */
export function recording(folder: string, hook: string, url: string): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--import ${hook}`,
    ARRIVALS_PORT: new URL(url).port,
    ARRIVALS_FILE: join(folder, FILE.slice(0, -1)),
  };
}

/**
 * Joins the server's log of sends with the recorded arrivals. A connection keeps the order of tokens, so each token's
 * arrival is known exactly. The figures are of the tokens sent from `fromS` to `toS` after the first one, in s.
 */
export function lagOf(
  folder: string,
  sent: readonly (readonly [port: number, sentUs: number[]])[],
  fromS: number,
  toS: number,
): Lag {
  const log = new Map(sent);
  const next = new Map<number, number>();
  const firstUs = Math.min(...sent.map(([, [first = Number.POSITIVE_INFINITY]]) => first));
  const lags: number[] = [];
  let arrived = 0;
  for (const name of readdirSync(folder).filter((file) => file.startsWith(FILE))) {
    const { buffer, byteOffset, length } = readFileSync(join(folder, name));
    const reads = new Float64Array(buffer.slice(byteOffset, byteOffset + length));
    rmSync(join(folder, name));
    for (let at = 0; at < reads.length; at += 3) {
      const [port = 0, atUs = 0, events = 0] = reads.subarray(at, at + 3);
      const times = log.get(port) ?? [];
      const from = next.get(port) ?? 0;
      for (const sentUs of times.slice(from, from + events)) {
        if (sentUs === ENDING) continue;
        arrived += 1;
        const atS = (sentUs - firstUs) / 1e6;
        if (atS >= fromS && atS < toS) lags.push((atUs - sentUs) / 1000);
      }
      next.set(port, from + events);
    }
  }
  const count = sent.reduce((sum, [, times]) => sum + times.filter((one) => one !== ENDING).length, 0);
  return {
    sent: count,
    arrived,
    perSecond: lags.length / (toS - fromS),
    p50: percentile(lags, 0.5),
    p99: percentile(lags, 0.99),
    max: lags.reduce((most, one) => Math.max(most, one), 0),
  };
}
