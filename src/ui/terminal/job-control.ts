import type { SuspendTerminal } from '../components/context.js';

/** Leaves the terminal to the shell or another program, and takes it back. */
export interface JobControl {
  /** Sets the function that leaves the terminal. */
  onTerminal(suspend: SuspendTerminal): void;
  /** Handles Ctrl+Z and SIGTSTP: leaves the terminal and stops the process until the shell continues the job. */
  suspend(): void;
  /**
   * Leaves the terminal until `meanwhile` resolves.
   * @throws {Error} when the terminal can't be left now
   */
  leave(meanwhile: () => Promise<void>): Promise<void>;
  /** Leaves and retakes the screen, which draws everything again. Keys are read meanwhile. */
  redraw(): void;
  /** After this call, the chat does not take the terminal back. */
  dispose(): void;
}

/** If the signal hasn't stopped the process after this time, there is no shell with job control. */
const STOP_GRACE_MS = 100;

export interface JobControlOptions {
  /** Stops this process's job like the terminal's own Ctrl+Z [SIGTSTP to the process group]. */
  stopJob?: (() => void) | undefined;
  /** Called before the terminal is left: resets modes other than the screen. `keep input`: only the screen is left. */
  onLeave: (input?: 'keep input') => Promise<void> | void;
  /** Called after the program has the terminal again. */
  onReturn: () => void;
}

export function createJobControl({
  stopJob = stopForegroundJob,
  onLeave,
  onReturn,
}: JobControlOptions): JobControl {
  let suspendTerminal: SuspendTerminal | undefined;
  let away = false;
  let ended = false;

  const leave = async (whileAway: () => Promise<void>, input?: 'keep input'): Promise<void> => {
    if (away || suspendTerminal === undefined) return;
    away = true;
    try {
      // Reset the keyboard while our screen is active, because kitty keeps the key protocol per screen.
      await onLeave(input);
      if (ended) return;
      const suspension = await suspendTerminal();
      try {
        await whileAway();
      } finally {
        if (!ended) await suspension.resume();
      }
    } finally {
      // The interface may have ended meanwhile. Its modes must then stay off.
      if (!ended) onReturn();
      away = false;
    }
  };
  // Leaving fails on a closed terminal. The hang-up signal then ends the program.
  const retake = (input?: 'keep input'): void => void leave(async () => {}, input).catch(() => {});
  // After a stop other than by Ctrl+Z, the shell has reset the terminal.
  const onContinue = (): void => retake();
  process.on('SIGCONT', onContinue);

  const stop = async (): Promise<void> => {
    // Without a listener, the signal stops this process.
    process.off('SIGTSTP', onStop);
    await stopped(stopJob);
    if (!ended) process.on('SIGTSTP', onStop);
  };
  const suspend = (): void => void leave(stop).catch(() => {});
  // An editor that has the terminal sends its Ctrl+Z to the whole job. A plain interface has no screen to leave.
  const onStop = (): void => (away || suspendTerminal === undefined ? void stop() : suspend());
  process.on('SIGTSTP', onStop);

  return {
    onTerminal(suspend) {
      suspendTerminal = suspend;
    },
    async leave(meanwhile) {
      if (away || suspendTerminal === undefined) throw new Error('the terminal is in use elsewhere');
      await leave(meanwhile);
    },
    suspend,
    redraw: () => retake('keep input'),
    dispose() {
      ended = true;
      process.off('SIGCONT', onContinue);
      process.off('SIGTSTP', onStop);
    },
  };
}

/** Resolves after the job continues: timers don't run in a stopped process. */
function stopped(stopJob: () => void): Promise<void> {
  return new Promise((resolve) => {
    stopJob();
    setTimeout(resolve, STOP_GRACE_MS);
  });
}

function stopForegroundJob(): void {
  // 0 signals the whole job; otherwise a wrapper such as npm would keep the shell waiting.
  process.kill(0, 'SIGTSTP');
}
