import { ConnectorException, ErrorClass } from '../../common/errors.js';
import type { Timings } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';

/**
 * The error for a passed deadline: how far the request got, and which setting the deadline comes from.
 * @param limitMs How long the request had; absent where the deadline had passed before.
 */
export function deadlinePassed(
  origin: string,
  timeline: Timeline,
  operation: string,
  limitMs?: number,
): ConnectorException {
  const ms = Math.round(timeline.elapsedUs() / 1000);
  // A stream's headers have a limit of their own.
  const [setting, flag] =
    operation === 'stream' ? ['answer_ms', '--answer-timeout'] : ['timeout_ms', '--timeout'];
  const now = limitMs === undefined ? '' : ` (now ${secondsOf(limitMs)} s)`;
  const text = `the deadline passed after ${ms} ms, ${phaseOf(timeline.timings)} ${origin}: raise ${setting}${now} or ${flag}`;
  return new ConnectorException(text, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

/** The setting's value in seconds, rounded up: some milliseconds of it had passed when the daemon read the request. */
function secondsOf(ms: number): number {
  const step = ms < 500 ? 10 : ms < 10_000 ? 100 : 1000;
  return (Math.ceil(ms / step) * step) / 1000;
}

/** How far a request has got, in words that end before the origin. */
export function phaseOf(timings: Timings): string {
  if (timings.attempts === 0) return 'before anything was sent to';
  if (timings.firstByteUs !== undefined) return 'in the middle of the answer from';
  return timings.sentUs === undefined ? 'while connecting to' : 'while waiting for an answer from';
}
