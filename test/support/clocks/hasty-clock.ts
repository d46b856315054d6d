import { type Clock, systemClock } from '../../../src/runtime/policy/clock.js';

/** The system's clock, with waits shortened to a hundredth. */
export const hastyClock: Clock = {
  ...systemClock,
  wait: (ms, signal) => systemClock.wait(ms / 100, signal),
};
