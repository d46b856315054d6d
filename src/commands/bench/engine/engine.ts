import type { Tally } from '../../../loadtest/figures/tally.js';
import type { Counters } from '../../../loadtest/load/counters.js';
import type { BenchFlags } from '../flags/flags.js';
import { loadOf, type Trace } from '../load.js';
import type { Target } from '../send.js';
import type { Probed } from './daemon-probe.js';
import { measurePart, type Part } from './part.js';

/** A test to run. */
export interface Test {
  /** Flags of the test. */
  flags: BenchFlags;
  counters: Counters;
  /** Collects the results. */
  tally: Tally;
}

/** Runs tests one after another, and sends their requests. */
export interface Engine {
  /** Number of threads that send requests. */
  readonly workers: number;
  /** The client of the daemon that forwards the requests; undefined for direct requests. */
  readonly daemon?: Probed;
  /** Rejects when a thread fails. */
  run(test: Test, signal: AbortSignal): Promise<readonly Part[]>;
  close(): Promise<void>;
}

/** Sends requests from this thread. */
export function createLocalEngine(target: Target, trace: Trace | undefined): Engine {
  return {
    workers: 1,
    async run({ flags, counters, tally }, signal) {
      const place = { startMs: performance.now(), share: { index: 0, of: 1 }, counters, onSample: tally.add };
      return [await measurePart(target, loadOf(flags, trace), place, signal)];
    },
    close: async () => {},
  };
}
