import { finishClassOf } from '../../common/chat/finish-reasons.js';
import type { ConnectorException } from '../../common/errors.js';
import { waitInWords } from '../../common/time/wait-in-words.js';
import type { ChatAnswer } from '../../connector/types.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { KeyHints } from '../view/key-hints.js';

/** A failed answer explained for users; each text is a single line. */
export interface Failure {
  what: string;
  /** The user's next step in the chat. `what` contains advice about changes outside of the chat. */
  next: string;
}

const MAX_LENGTH = 600;
/** The remark below an answer with a refusal, whose text is shown like any other. */
export const REFUSED = 'the model refused to answer';

/** @param error undefined when the answer failed without an error */
export function failureOf(error: ConnectorException | undefined, keys: KeyHints): Failure {
  if (error === undefined) return { what: 'the answer failed without a reason', next: askAgain(keys) };
  return { what: shortLine(error.message), next: nextStep(error, keys) };
}

/** Explains an exchange that rejected. An exchange never should, so this is a bug. */
export function unexpectedFailure(message: string, keys: KeyHints): Failure {
  return { what: shortLine(message), next: askAgain(keys) };
}

/** Returns the remark below an answer that the user stopped. */
export function stoppedRemark(empty: boolean): string {
  return empty ? 'stopped' : 'stopped: the partial answer is kept';
}

/** Returns remarks to show below an answer, such as why it was cut off. Each is a single line. */
export function remarksOn(answer: ChatAnswer, shownText: string, keys: KeyHints): string[] {
  const again = askAgain(keys);
  const empty = shownText === '' && answer.toolCalls.length === 0;
  const reason = answer.error === undefined ? undefined : shortLine(answer.error.message);
  const remarks: string[] = [];
  if (answer.outcome === 'cancelled') remarks.push(stoppedRemark(empty));
  if (answer.outcome === 'truncated') {
    const cause =
      reason ??
      unfinished(answer) ??
      (empty ? 'the stream ended without an answer' : 'the stream ended before the answer did');
    remarks.push(`cut off: ${cause}; ${again}`);
  }
  if (answer.outcome === 'stalled') remarks.push(`stalled: ${reason ?? 'no more output came'}; ${again}`);
  const ended = finishClassOf(answer.finishReason);
  if (ended === 'limit') remarks.push(`cut off at the output limit (finish_reason ${shownReason(answer)})`);
  if (ended === 'refused') remarks.push("ended by the provider's content filter");
  if (answer.refusal !== '') remarks.push(REFUSED);
  if (answer.outcome === 'empty') remarks.push(`the answer is empty: ${emptyReason(answer)}; ${again}`);
  if (answer.outcome === 'complete' && empty && remarks.length === 0)
    remarks.push(`the answer has no text: ${again}`);
  remarks.push(...readingRemarks(answer));
  // Without any output, it is unknown whether the daemon would have streamed.
  if (answer.metrics.buffered && answer.outcome !== 'empty')
    remarks.push('buffered: this daemon does not stream');
  return remarks;
}

/** Returns the parts that the parser left out: repetitions, and unreadable events unless `emptyReason` reports them. */
export function readingRemarks({
  outcome,
  malformedEvents: events,
  repeatedChars: chars = 0,
}: Pick<ChatAnswer, 'outcome' | 'malformedEvents' | 'repeatedChars'>): string[] {
  const remarks: string[] = [];
  if (events > 0 && outcome !== 'empty')
    remarks.push(
      events === 1
        ? '1 event, or a part of it, could not be read and is left out'
        : `${events} events, or parts of them, could not be read and are left out`,
    );
  if (chars > 0)
    remarks.push(`the provider sent ${chars} characters again that had come before: they are left out`);
  return remarks;
}

/** Returns why an answer ended without output. */
export function emptyReason(answer: Pick<ChatAnswer, 'finishReason' | 'malformedEvents'>): string {
  const ended = finishClassOf(answer.finishReason);
  const reason = answer.finishReason === null ? '' : ` (finish_reason ${shownReason(answer)})`;
  if (answer.malformedEvents > 0)
    return `the response could not be read (${answer.malformedEvents} ${answer.malformedEvents === 1 ? 'event' : 'events'})${reason}`;
  if (ended === 'limit') return `the token limit was reached before any output${reason}`;
  if (ended === 'refused') return `the provider's content filter withheld it${reason}`;
  return `the provider ended it before any output${reason}`;
}

/** Returns why the provider didn't finish the answer; undefined when its finish_reason gives no cause. */
function unfinished(answer: ChatAnswer): string | undefined {
  const ended = finishClassOf(answer.finishReason);
  const reason = shownReason(answer);
  if (ended === 'cut')
    return `the provider ${/pause|compaction/.test(reason) ? 'paused' : 'aborted'} it (finish_reason ${reason})`;
  return ended === 'unknown' ? `the finish_reason is unknown: ${reason}` : undefined;
}

function shownReason({ finishReason }: Pick<ChatAnswer, 'finishReason'>): string {
  return sanitizeLine((finishReason ?? '').slice(0, 40));
}

/** Returns the advice for an incomplete answer. */
export function askAgain({ again }: KeyHints): string {
  return `${again} asks again`;
}

function nextStep(error: ConnectorException, keys: KeyHints): string {
  const again = askAgain(keys);
  if (error.retryAfterMs !== undefined) {
    return `wait ${waitInWords(error.retryAfterMs)}, then ${again}`;
  }
  // The user need not reconnect: the chat reconnects by itself, and a new question connects at once.
  const isOurs = error.hop === 'daemon' || error.hop === 'client';
  if (error.isRetryable()) return isOurs ? again : `${again}, ${keys.mode} switches the mode`;
  const { statusCode, message } = error;
  if (statusCode === 400 || statusCode === 404 || statusCode === 422) {
    if (UNKNOWN_MODEL.test(message)) return `${keys.model} chooses another model, then ${again}`;
    return statusCode === 404
      ? `check base_url: vastar-tui config print shows it; ${keys.model} chooses another model`
      : `/set shows the parameters that are sent, and changes them; then ${again}`;
  }
  return `${keys.mode} switches to another mode`;
}

/** Matches providers' messages that the model doesn't exist or that the key may not use it. */
const UNKNOWN_MODEL =
  /\bmodel\b.*(?:not (?:be )?found|(?:not|n't) exist|unknown|not (?:a )?(?:valid|supported|available)|invalid)|(?:unknown|invalid|unsupported|no such|find) model/i;

function shortLine(text: string): string {
  return sanitizeLine(text.slice(0, MAX_LENGTH));
}
