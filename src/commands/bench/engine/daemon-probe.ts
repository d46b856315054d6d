import { createDistribution } from '../../../loadtest/figures/distribution.js';
import type { Delay } from '../../../loadtest/load/instrument.js';
import type { RuntimeClient } from '../../../sdk/index.js';

export type Probed = Pick<RuntimeClient, 'health'>;

/** Measures how much slower the daemon answers under load than when idle. */
export interface DaemonProbe {
  /** Returns the delay; undefined when the daemon gave no answer. */
  stop(): Delay | undefined;
}

/**
 * With 500 connections, the daemon needs 0.6 ms for a health response. At this interval, that is little beside the
 * load's own work.
 */
const INTERVAL_MS = 100;

/**
 * Sends health requests to the daemon repeatedly. A delay of their responses also delays the times that the daemon
 * measures.
 */
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
