import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { waitInWords } from '../../common/time/wait-in-words.js';
import type { Timings } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';

/** The setting of the client from which it computed the deadline. */
export interface DeadlineSetting {
  name: 'answer_ms' | 'timeout_ms';
  /** Its value; absent when the client did not send it. */
  ms: number | undefined;
}

/** Returns the error for a deadline that passed. The error says how far the request got, and which setting to raise. */
export function deadlinePassed(
  origin: string,
  timeline: Timeline,
  setting: DeadlineSetting,
): ConnectorException {
  const ms = Math.round(timeline.elapsedUs() / 1000);
  return passed(`after ${ms} ms, ${phaseOf(timeline.timings)} ${origin}: ${raise(setting)}`);
}

const DAY_MS = 86_400_000;

/** Returns the error for a deadline that had passed, this many ms ago, when the request arrived. */
export function deadlineWasPast(origin: string, agoMs: number, setting: DeadlineSetting): ConnectorException {
  // The client may have sent seconds: read as milliseconds, they are a date in January 1970.
  const advice = agoMs > DAY_MS ? 'give deadline_at_ms as Unix time in milliseconds' : raise(setting);
  const ago = agoMs < 1000 ? `${Math.round(agoMs)} ms` : waitInWords(agoMs);
  return passed(`${ago} before the request arrived, before anything was sent to ${origin}: ${advice}`);
}

function raise({ name, ms }: DeadlineSetting): string {
  const now = ms === undefined ? '' : ` (now ${ms / 1000} s)`;
  return `raise ${name}${now} or ${name === 'answer_ms' ? '--answer-timeout' : '--timeout'}`;
}

function passed(when: string): ConnectorException {
  return new ConnectorException(`the deadline passed ${when}`, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

/** Describes how far a request got. The caller appends the origin. */
export function phaseOf(timings: Timings): string {
  if (timings.attempts === 0) return 'before anything was sent to';
  if (timings.firstByteUs !== undefined) return 'in the middle of the answer from';
  return timings.sentUs === undefined ? 'while connecting to' : 'while waiting for an answer from';
}
