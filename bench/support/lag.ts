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

/**
 * The server's writes on the connection from a port: two numbers for each write, its time in µs and its number of
 * bytes.
 */
export type Sent = readonly (readonly [port: number, writes: number[]])[];
/** Stands for the time of a write without a token. */
export const NO_TOKEN = -1;

/** Returns the variables with which a program records its arrivals in the folder. `hook`: the built arrivals.ts. */
export function recording(folder: string, hook: string, url: string): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--import ${hook}`,
    ARRIVALS_PORT: new URL(url).port,
    ARRIVALS_FILE: join(folder, FILE.slice(0, -1)),
  };
}

/**
 * Joins the server's log of writes with the recorded arrivals. A connection keeps the order of bytes, so each token's
 * arrival is known exactly: that of its last byte. The figures are of the tokens sent from `fromS` to `toS` after the
 * first one, in s.
 */
export function lagOf(folder: string, sent: Sent, fromS: number, toS: number): Lag {
  const logs = new Map(sent.map(([port, writes]) => [port, { writes, at: 0, bytes: 0 }]));
  const times = sent.map(([, writes]) => writes.filter((one, at) => at % 2 === 0 && one !== NO_TOKEN));
  const firstUs = Math.min(...times.map(([first = Number.POSITIVE_INFINITY]) => first));
  const lags: number[] = [];
  let arrived = 0;
  for (const name of readdirSync(folder).filter((file) => file.startsWith(FILE))) {
    const { buffer, byteOffset, length } = readFileSync(join(folder, name));
    const reads = new Float64Array(buffer.slice(byteOffset, byteOffset + length));
    rmSync(join(folder, name));
    for (let at = 0; at < reads.length; at += 3) {
      const [port = 0, atUs = 0, bytes = 0] = reads.subarray(at, at + 3);
      const log = logs.get(port);
      if (log === undefined) continue;
      log.bytes += bytes;
      for (; log.at < log.writes.length; log.at += 2) {
        const [sentUs = 0, size = 0] = log.writes.slice(log.at, log.at + 2);
        if (size > log.bytes) break;
        log.bytes -= size;
        if (sentUs === NO_TOKEN) continue;
        arrived += 1;
        const atS = (sentUs - firstUs) / 1e6;
        if (atS >= fromS && atS < toS) lags.push((atUs - sentUs) / 1000);
      }
    }
  }
  const count = times.reduce((sum, { length }) => sum + length, 0);
  return {
    sent: count,
    arrived,
    perSecond: lags.length / (toS - fromS),
    p50: percentile(lags, 0.5),
    p99: percentile(lags, 0.99),
    max: lags.reduce((most, one) => Math.max(most, one), 0),
  };
}
