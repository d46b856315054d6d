import type { Clock } from './clock.js';
import { createDueHeap, type Due } from './due-heap.js';

interface Alarm extends Due {
  /** Undefined once it was called off. */
  wake: (() => void) | undefined;
}

/** Node's timers have steps of 1 ms and may be one late, so they are set to go off before this much is left. */
const TIMER_ERROR_MS = 1.2;
/** The longest the thread sleeps in place; sockets are looked at in between. Shorter sleeps cost more turns of the event loop. */
const LONGEST_SLEEP_MS = 2;
/** About how late the system wakes a sleeping thread; the rest of the wait is spent on event-loop turns. */
const WAKE_UP_MS = 0.2;

/** With more alarms than this they ring in steps: waking for each costs more than exactness brings. */
const CROWD = 100;
const CROWD_STEP_MS = 0.5;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * The system's clock, with all alarms on one heap. Timers are too coarse for 400 tokens a second, so the
 * last two milliseconds before an alarm are slept in place: exact to some 0.1 ms without burning CPU. Only
 * a timer that is waited for keeps the process alive.
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
    // Those that are woken set new alarms; what comes next is settled once, at the end.
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

/** Calls `ring` in about `leftMs`, not after that. Returns what calls it off. */
function ringAround(leftMs: number, ring: () => void): () => void {
  const timerMs = Math.floor(leftMs - TIMER_ERROR_MS);
  if (timerMs < 1) {
    const turn = setImmediate(ring);
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(ring, timerMs);
  return () => clearTimeout(timer);
}
