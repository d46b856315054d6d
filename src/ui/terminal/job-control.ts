import type { SuspendTerminal } from '../components/context.js';

/** Suspending to the shell and coming back. */
export interface JobControl {
  /** Takes over how the terminal is left. */
  onTerminal(suspend: SuspendTerminal): void;
  /** Ctrl+Z: gives the terminal back and stops until the shell continues the job. */
  suspend(): void;
  /**
   * Leaves the terminal to something else, and takes it again when that is done.
   * @throws {Error} when it can't be left now.
   */
  leave(meanwhile: () => Promise<void>): Promise<void>;
  /** Leaves the terminal and takes it again, drawing everything anew. */
  redraw(): void;
  dispose(): void;
}

/** When the signal has not stopped the process by then, nothing will: there is no shell with job control. */
const STOP_GRACE_MS = 100;

export interface JobControlOptions {
  /** Stops this process's job, as the terminal's own Ctrl+Z does [SIGTSTP to the process group]. */
  stopJob?: (() => void) | undefined;
  /** The terminal is left in a moment: puts back what was set beside the screen. */
  onLeave: () => void;
  /** The program has the terminal again. */
  onReturn: () => void;
}

export function createJobControl({
  stopJob = stopForegroundJob,
  onLeave,
  onReturn,
}: JobControlOptions): JobControl {
  let suspendTerminal: SuspendTerminal | undefined;
  let away = false;

  const leave = async (whileAway: () => Promise<void>): Promise<void> => {
    if (away || suspendTerminal === undefined) return;
    away = true;
    // Before the screen is left and after it is taken again: kitty keeps the key protocol by screen.
    onLeave();
    try {
      const suspension = await suspendTerminal();
      try {
        await whileAway();
      } finally {
        await suspension.resume();
      }
    } finally {
      onReturn();
      away = false;
    }
  };
  // A terminal that is gone can't be left: the program ends by its hang-up.
  const redraw = (): void => void leave(async () => {}).catch(() => {});
  // Stopped by something other than Ctrl+Z: the shell has reset the terminal meanwhile.
  process.on('SIGCONT', redraw);

  return {
    onTerminal(suspend) {
      suspendTerminal = suspend;
    },
    async leave(meanwhile) {
      if (away || suspendTerminal === undefined) throw new Error('the terminal is in use elsewhere');
      await leave(meanwhile);
    },
    suspend: () => void leave(() => stopped(stopJob)).catch(() => {}),
    redraw,
    dispose() {
      process.off('SIGCONT', redraw);
    },
  };
}

/** Resolves when the job goes on: no time passes for a stopped process. */
function stopped(stopJob: () => void): Promise<void> {
  return new Promise((resolve) => {
    stopJob();
    setTimeout(resolve, STOP_GRACE_MS);
  });
}

function stopForegroundJob(): void {
  // 0: the whole job, as a wrapper such as npm would otherwise keep the shell waiting.
  process.kill(0, 'SIGTSTP');
}
