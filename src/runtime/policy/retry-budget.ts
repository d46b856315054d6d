import type { Clock } from './clock.js';
import { RETRY_DEFAULTS, type RetrySettings } from './retry-decision.js';
import { createRollingCount } from './rolling-count.js';

/** How many retries a tenant may make at an origin, so that one that is dead is not hammered. */
export interface RetryBudget {
  request(): void;
  spend(): void;
  /** Retries that may be made now. */
  readonly left: number;
}

const WINDOW_MS = 60_000;

export function createRetryBudget(
  clock: Pick<Clock, 'now'>,
  { budgetShare, budgetMin }: Pick<RetrySettings, 'budgetShare' | 'budgetMin'> = RETRY_DEFAULTS,
): RetryBudget {
  const requests = createRollingCount(WINDOW_MS, clock);
  const retries = createRollingCount(WINDOW_MS, clock);
  return {
    request: requests.add,
    spend: retries.add,
    get left() {
      return Math.max(0, Math.max(budgetMin, Math.floor(budgetShare * requests.total)) - retries.total);
    },
  };
}
