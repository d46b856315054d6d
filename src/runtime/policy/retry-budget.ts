import type { Clock } from './clock.js';
import { RETRY_DEFAULTS, type RetrySettings } from './retry-decision.js';
import { createRollingCount } from './rolling-count.js';

/** Limits a tenant's retries at an origin, so that retries don't flood a failing provider. */
export interface RetryBudget {
  /** Counts a request. The budget is a share of the requests. */
  request(): void;
  /** Reserves a retry while `wait` runs, and counts it when the wait ends. A cancelled retry is not counted. */
  spendAfter(wait: Promise<void>): Promise<void>;
  /** How many retries the budget allows now. */
  readonly left: number;
}

const WINDOW_MS = 60_000;

/** Creates the budget of retries for one origin: a share of its requests of the last minute. */
export function createRetryBudget(
  clock: Pick<Clock, 'now'>,
  { budgetShare, budgetMin }: Pick<RetrySettings, 'budgetShare' | 'budgetMin'> = RETRY_DEFAULTS,
): RetryBudget {
  const requests = createRollingCount(WINDOW_MS, clock);
  const retries = createRollingCount(WINDOW_MS, clock);
  let waiting = 0;
  return {
    request: requests.add,
    async spendAfter(wait) {
      waiting += 1;
      try {
        await wait;
        retries.add();
      } finally {
        waiting -= 1;
      }
    },
    get left() {
      const most = Math.max(budgetMin, Math.floor(budgetShare * requests.total));
      return Math.max(0, most - retries.total - waiting);
    },
  };
}
