import type { Clock } from './clock.js';
import { createRollingCount } from './rolling-count.js';

/** How many retries a tenant may make at an origin, so that one that is dead is not hammered. */
export interface RetryBudget {
  request(): void;
  spend(): void;
  /** Retries that may be made now. */
  readonly left: number;
}

const WINDOW_MS = 60_000;
/** Of the requests within the window. */
const SHARE = 0.2;
const AT_LEAST = 3;

export function createRetryBudget(clock: Pick<Clock, 'now'>): RetryBudget {
  const requests = createRollingCount(WINDOW_MS, clock);
  const retries = createRollingCount(WINDOW_MS, clock);
  return {
    request: requests.add,
    spend: retries.add,
    get left() {
      return Math.max(0, Math.max(AT_LEAST, Math.floor(SHARE * requests.total)) - retries.total);
    },
  };
}
