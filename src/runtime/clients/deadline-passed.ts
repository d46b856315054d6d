import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { waitInWords } from '../../common/time/wait-in-words.js';
import type { Timings } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';

/**
 * Returns the error for a passed deadline. It names how far the request got, and the setting to raise.
 * @param setting the client's setting
 * @param limitMs its value; absent when the client did not send it
 */
export function deadlinePassed(
  origin: string,
  timeline: Timeline,
  setting: 'answer_ms' | 'timeout_ms',
  limitMs?: number,
): ConnectorException {
  const ms = Math.round(timeline.elapsedUs() / 1000);
  const flag = setting === 'answer_ms' ? '--answer-timeout' : '--timeout';
  const now = limitMs === undefined ? '' : ` (now ${limitMs / 1000} s)`;
  const phase = phaseOf(timeline.timings);
  const text = `the deadline passed after ${ms} ms, ${phase} ${origin}: raise ${setting}${now} or ${flag}`;
  return new ConnectorException(text, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

const DAY_MS = 86_400_000;

/** Returns the error for a deadline that had passed, this many ms ago, when the request arrived. */
export function deadlineWasPast(origin: string, agoMs: number): ConnectorException {
  // A deadline in seconds looks like one in the year 1970.
  const advice =
    agoMs > DAY_MS ? 'give deadline_at_ms as Unix time in milliseconds' : 'allow the request more time';
  const text = `the deadline passed ${waitInWords(agoMs)} before the request arrived, before anything was sent to ${origin}: ${advice}`;
  return new ConnectorException(text, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

/** Describes how far a request got. The caller appends the origin. */
export function phaseOf(timings: Timings): string {
  if (timings.attempts === 0) return 'before anything was sent to';
  if (timings.firstByteUs !== undefined) return 'in the middle of the answer from';
  return timings.sentUs === undefined ? 'while connecting to' : 'while waiting for an answer from';
}
