import { after } from '../../common/time/after.js';
import type { Clock } from './clock.js';
import { createDueHeap, type Due } from './due-heap.js';

interface Alarm extends Due {
  /** Undefined once the alarm is cancelled. */
  wake: (() => void) | undefined;
}

/** Node's timers have steps of 1 ms and may be 1 ms late, so they are set to fire this much before the due time. */
const TIMER_ERROR_MS = 1.2;
/**
 * The longest blocking sleep of the thread; the event loop runs in between. Shorter sleeps need more event-loop turns.
 */
const LONGEST_SLEEP_MS = 2;
/** About how late the system wakes a sleeping thread. The rest of the wait is spent in event-loop turns. */
const WAKE_UP_MS = 0.2;

/** Above this number of alarms, the clock calls them every `CROWD_STEP_MS`: waking for each one would cost too much CPU. */
const CROWD = 100;
const CROWD_STEP_MS = 0.5;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Creates a clock with all alarms in one heap. Node's timers are too coarse for 400 tokens a second. So the thread
 * sleeps for the last two milliseconds before an alarm, which is exact to about 0.1 ms and uses no CPU. Only pending
 * alarms keep the process alive.
 */
export function createSystemClock(): Clock {
  const alarms = createDueHeap<Alarm>();
  const now = (): number => performance.now();
  let armed: { dueMs: number; disarm: () => void } | undefined;
  let ringing = false;
  let rungMs = 0;

  const ring = (): void => {
    const earliestMs = alarms.size > CROWD ? rungMs + CROWD_STEP_MS : 0;
    const leftMs = Math.max(armed?.dueMs ?? 0, earliestMs) - now() - WAKE_UP_MS;
    if (leftMs > 0) Atomics.wait(cell, 0, 0, Math.min(leftMs, LONGEST_SLEEP_MS));
    rungMs = now();
    // Woken callers set new alarms, so choose the next timer only once, at the end.
    ringing = true;
    for (let next = alarms.first(); next !== undefined && next.dueMs <= rungMs; next = alarms.first()) {
      alarms.shift();
      next.wake?.();
    }
    ringing = false;
    armed = undefined;
    arm();
  };

  const arm = (): void => {
    if (ringing) return;
    while (alarms.size > 0 && alarms.first()?.wake === undefined) alarms.shift();
    const next = alarms.first();
    if (next?.dueMs === armed?.dueMs) return;
    armed?.disarm();
    armed = next && { dueMs: next.dueMs, disarm: ringAround(next.dueMs - now(), ring) };
  };

  return {
    now,
    alarm(dueMs, wake) {
      const alarm: Alarm = { dueMs, wake };
      alarms.add(alarm);
      arm();
      return () => {
        alarm.wake = undefined;
        arm();
      };
    },
  };
}

/** Calls `ring` shortly before `leftMs` have passed, or in the next event-loop turn. Returns a function to cancel it. */
function ringAround(leftMs: number, ring: () => void): () => void {
  const timerMs = Math.floor(leftMs - TIMER_ERROR_MS);
  if (timerMs < 1) {
    const turn = setImmediate(ring);
    return () => clearImmediate(turn);
  }
  return after(timerMs, ring);
}
