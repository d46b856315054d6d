import { ConnectorException, ErrorClass } from '../../errors.js';
import type { Timings } from '../../protocol/messages.js';
import type { Timeline } from '../upstream/timings.js';

/** What a client hears whose deadline has passed: how far its request had got. */
export function deadlinePassed(origin: string, timeline: Timeline): ConnectorException {
  const ms = Math.round(timeline.elapsedUs() / 1000);
  const text = `the deadline passed after ${ms} ms, ${phaseOf(timeline.timings)} ${origin}`;
  return new ConnectorException(text, ErrorClass.Timeout, 0, { hop: 'daemon' });
}

function phaseOf(timings: Timings): string {
  if (timings.attempts === 0) return 'before anything was sent to';
  if (timings.firstByteUs !== undefined) return 'in the middle of the answer from';
  return timings.sentUs === undefined ? 'while connecting to' : 'while waiting for an answer from';
}
