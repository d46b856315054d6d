import { after } from '../common/time/after.js';

/**
 * The length of a step of the wait, in ms. On a busy machine, building the export may take seconds, and the process may
 * pause: this takes one step, so that it does not count as a silence of the collector.
 */
const STEP_MS = 100;
/** At its end, the program waits this many steps, 3 s, for a collector that accepts nothing. */
const SILENT_STEPS = 30;
/** The longest wait at the program's end, 5 s, for a collector that accepts one batch after another, in steps. */
const MOST_STEPS = 50;

interface Exporter<Items> {
  export(items: Items, done: (result: { code: number; error?: Error }) => void): void;
}

/** The clock, in ms. `after` returns a function that removes the timer. */
interface Clock {
  now(): number;
  after(ms: number, callback: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  after,
};

/**
 * Detects successful exports, so that the end of the program waits only for a collector that accepts data.
 * @param onFailed called with the reason of each export that failed
 */
export function createProgress(onFailed: (reason: string) => void, { now, after } = systemClock) {
  let succeeded = (): void => {};
  return {
    /** Lets the exporter report each result. */
    followed<Items, One extends Exporter<Items>>(exporter: One | undefined): One | undefined {
      if (exporter === undefined) return undefined;
      const inner = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        inner(items, (result) => {
          if (result.code === 0) succeeded();
          else if (result.error !== undefined) onFailed(reasonOf(result.error));
          done(result);
        });
      return exporter;
    },
    /** Waits while exports succeed. Resolves to the reason when it gives up. */
    async until(ended: Promise<unknown>): Promise<string | undefined> {
      let stop = (): void => {};
      let left = MOST_STEPS;
      let silentLeft = SILENT_STEPS;
      succeeded = () => {
        silentLeft = SILENT_STEPS;
      };
      const began = now();
      const silent = new Promise<string>((resolve) => {
        const wait = (): void => {
          stop = after(STEP_MS, () => {
            left -= 1;
            silentLeft -= 1;
            if (left > 0 && silentLeft > 0) return wait();
            const s = Math.round((now() - began) / 1000);
            resolve(`the collector did not accept all data within ${s} s; the rest is lost`);
          });
        };
        wait();
      });
      const reason = await Promise.race([ended.then(() => undefined), silent]);
      succeeded = () => {};
      stop();
      return reason;
    },
  };
}

/** Returns why an export failed. The packages put the status of a collector's answer into the error's code. */
function reasonOf(error: Error): string {
  const status = 'code' in error ? Number(error.code) : Number.NaN;
  return Number.isInteger(status)
    ? `check OTEL_EXPORTER_OTLP_ENDPOINT: the collector answered ${status}`
    : error.message;
}
