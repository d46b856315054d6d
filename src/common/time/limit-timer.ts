/** The longest delay of a timer, in ms. With a longer one, Node's timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The timer of a time limit. */
export interface LimitTimer {
  /** Restarts the timer. */
  refresh(): void;
  clear(): void;
}

/**
 * Calls `passed` after `ms`, unless a pending read stops or refreshes the timer first. After a pause of the process,
 * timers are due while bytes that arrived in time still wait in sockets. Node itself would run the timers first.
 */
export function startLimit(ms: number, passed: () => void): LimitTimer {
  let decision: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      // Immediates run after the reads.
      decision = setImmediate(passed);
    },
    Math.min(ms, MAX_TIMER_MS),
  );
  return {
    refresh() {
      clearImmediate(decision);
      timer.refresh();
    },
    clear() {
      clearImmediate(decision);
      clearTimeout(timer);
    },
  };
}
