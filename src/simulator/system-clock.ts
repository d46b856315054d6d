import type { Clock } from './clock.js';
import { createDueHeap, type Due } from './due-heap.js';

interface Alarm extends Due {
  /** Undefined once it was called off. */
  wake: (() => void) | undefined;
}

/** Node's timers have steps of 1 ms and may be one late, so they are set to go off before this much is left. */
const TIMER_ERROR_MS = 1.2;
/** The longest the thread sleeps in place; sockets are looked at in between. */
const LONGEST_SLEEP_MS = 0.5;
/** How late the system wakes a sleeping thread, about; what is left then is spent on turns of the event loop. */
const WAKE_UP_MS = 0.1;

/** With more alarms than this, waking for each costs more than exactness brings; a timer's step is enough then. */
const CROWD = 100;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * The system's clock, with all alarms on one heap. Timers are too coarse for 400 tokens a second, so the
 * last two milliseconds before an alarm are slept in place, half a millisecond at a time: exact to some
 * 0.1 ms without burning CPU. Only a timer that is waited for keeps the process alive.
 */
export function createSystemClock(): Clock {
  const alarms = createDueHeap<Alarm>();
  const now = (): number => performance.now();
  let armed: { dueMs: number; disarm: () => void } | undefined;

  const ring = (): void => {
    const leftMs = (armed?.dueMs ?? 0) - now() - WAKE_UP_MS;
    if (leftMs > 0 && alarms.size <= CROWD) Atomics.wait(cell, 0, 0, Math.min(leftMs, LONGEST_SLEEP_MS));
    const nowMs = now();
    for (let next = alarms.first(); next !== undefined && next.dueMs <= nowMs; next = alarms.first()) {
      alarms.shift();
      next.wake?.();
    }
    armed = undefined;
    arm();
  };

  const arm = (): void => {
    while (alarms.size > 0 && alarms.first()?.wake === undefined) alarms.shift();
    const next = alarms.first();
    if (next?.dueMs === armed?.dueMs) return;
    armed?.disarm();
    armed = next && { dueMs: next.dueMs, disarm: ringAround(next.dueMs - now(), alarms.size > CROWD, ring) };
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

/** Calls `ring` in about `leftMs`: not after that, unless there is a crowd. Returns what calls it off. */
function ringAround(leftMs: number, crowded: boolean, ring: () => void): () => void {
  const timerMs = crowded ? Math.max(1, Math.ceil(leftMs)) : Math.floor(leftMs - TIMER_ERROR_MS);
  if (timerMs < 1) {
    const turn = setImmediate(ring);
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(ring, timerMs);
  return () => clearTimeout(timer);
}
