import { after } from '../common/time/after.js';

/**
 * At its end, the program waits this long for a collector that accepts nothing, in ms. On a busy machine, building the
 * export takes a second of it.
 */
const SILENT_MS = 3000;
/** The longest wait at the program's end for a collector that accepts one batch after another, in ms. */
const FLUSH_MS = 5000;

interface Exporter<Items> {
  export(items: Items, done: (result: { code: number }) => void): void;
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

/** Detects successful exports, so that the end of the program waits only for a collector that accepts data. */
export function createProgress({ now, after } = systemClock) {
  let succeeded = (): void => {};
  return {
    /** Lets the exporter report each success. */
    followed<Items, One extends Exporter<Items>>(exporter: One | undefined): One | undefined {
      if (exporter === undefined) return undefined;
      const inner = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        inner(items, (result) => {
          if (result.code === 0) succeeded();
          done(result);
        });
      return exporter;
    },
    /** Waits while exports succeed. Resolves to the reason when it gives up. */
    async until(ended: Promise<unknown>): Promise<string | undefined> {
      let stop = (): void => {};
      const began = now();
      const silent = new Promise<string>((resolve) => {
        const wait = (): void => {
          stop();
          stop = after(Math.min(SILENT_MS, began + FLUSH_MS - now()), () => {
            const s = Math.round((now() - began) / 1000);
            resolve(`the collector did not accept all data within ${s} s; the rest is lost`);
          });
        };
        succeeded = wait;
        wait();
      });
      const reason = await Promise.race([ended.then(() => undefined), silent]);
      succeeded = () => {};
      stop();
      return reason;
    },
  };
}
