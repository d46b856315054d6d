import { createDistribution } from '../../../loadtest/distribution.js';
import type { Delay } from '../../../loadtest/instrument.js';
import type { RuntimeClient } from '../../../sdk/index.js';

export type Probed = Pick<RuntimeClient, 'health'>;

/** Measures how much later the daemon answers than when it is idle. */
export interface DaemonProbe {
  /** Undefined where it gave no answer. */
  stop(): Delay | undefined;
}

const INTERVAL_MS = 20;

/** Asks the daemon for its health again and again: what delays these answers delays the times that it measures too. */
export function probeDaemon(client: Probed): DaemonProbe {
  const roundTrips = createDistribution();
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    const sentMs = performance.now();
    client
      .health()
      .then(
        () => roundTrips.record(performance.now() - sentMs),
        () => {},
      )
      .finally(() => {
        asking = false;
      });
  }, INTERVAL_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      const found = roundTrips.summary();
      if (found === undefined) return undefined;
      const { min, p50, p99, max } = found;
      return { p50: p50 - min, p99: p99 - min, max: max - min };
    },
  };
}
