import type { ChatAnswer } from '../connector/types.js';
import type { ConnectorException } from '../errors.js';
import { sanitizeLine } from './sanitize.js';

/** A failed answer, told to a person. One line each. */
export interface Failure {
  what: string;
  /** What to do about it here; the message itself says what to change elsewhere. */
  next: string;
}

const MAX_LENGTH = 600;
const ASK_AGAIN = 'ctrl+g asks again';

/** @param error absent: the answer failed without saying why */
export function failureOf(error: ConnectorException | undefined): Failure {
  if (error === undefined) return { what: 'the answer failed without a reason', next: ASK_AGAIN };
  return { what: shortLine(error.message), next: nextStep(error) };
}

/** A defect: what was asked promised not to reject. */
export function unexpectedFailure(message: string): Failure {
  return { what: shortLine(message), next: ASK_AGAIN };
}

/** What is worth knowing about an answer beyond its text; one line each. */
export function remarksOn(answer: ChatAnswer, shownText: string): string[] {
  const empty = shownText === '';
  const reason = answer.error === undefined ? undefined : shortLine(answer.error.message);
  const remarks: string[] = [];
  if (answer.outcome === 'cancelled') remarks.push(empty ? 'stopped' : 'stopped: what came is kept');
  if (answer.outcome === 'truncated') {
    const cause =
      reason ?? (empty ? 'the stream ended without an answer' : 'the stream ended before the answer did');
    remarks.push(`cut short: ${cause}; ${ASK_AGAIN}`);
  }
  if (answer.outcome === 'stalled') remarks.push(`stalled: ${reason ?? 'nothing more came'}; ${ASK_AGAIN}`);
  if (answer.finishReason === 'length') remarks.push('cut at the limit for answers (finish_reason length)');
  if (answer.finishReason === 'content_filter') remarks.push("ended by the provider's content filter");
  for (const call of answer.toolCalls) {
    remarks.push(`asks for the tool ${shortLine(`${call.name}(${call.arguments})`)}: tools are not run here`);
  }
  if (answer.outcome === 'complete' && empty && remarks.length === 0)
    remarks.push(`the answer is empty: ${ASK_AGAIN}`);
  if (answer.malformedEvents > 0) remarks.push(`unreadable events skipped: ${answer.malformedEvents}`);
  if (answer.metrics.buffered) remarks.push('buffered: this daemon does not stream');
  return remarks;
}

function nextStep(error: ConnectorException): string {
  if (error.retryAfterMs !== undefined) {
    return `wait ${Math.ceil(error.retryAfterMs / 1000)} s, then ${ASK_AGAIN}`;
  }
  if (error.hop === 'daemon' || error.hop === 'client') return `ctrl+r reconnects, ${ASK_AGAIN}`;
  return error.isRetryable() ? `${ASK_AGAIN}, ctrl+t switches the mode` : 'ctrl+t switches to another mode';
}

function shortLine(text: string): string {
  return sanitizeLine(text.slice(0, MAX_LENGTH));
}
