import { recordOf, stringOf } from '../../../common/json.js';
import { isFailureCode, reportedErrorOf } from '../errors/reported-error.js';

/** Marks the end of a stream. It is compared first: a JSON parser would take long to fail on it. */
export const DONE = '[DONE]';
/** Matches variants of `[DONE]`: in lower case, as a JSON string, without brackets, or another word. */
const DONE_WORD = /^"?(?:\[(?:done|end|stop)\]|done|<?eos>?)"?$/i;
/** Matches names of an event that ends an answer. */
const END_NAME = /^(?:done|end|finish(?:ed)?|completed?)$/i;

/** Whether the text of an event is the end mark of a stream. */
export function isDone(text: string): boolean {
  return text === DONE || DONE_WORD.test(text);
}

/** Whether an event with this name ends an answer. */
export function isEndName(name: string | undefined): boolean {
  return END_NAME.test(name ?? '');
}

/** Whether an event in an unknown form marks the end of the answer. */
export function isEnd(event: unknown): boolean {
  const record = recordOf(event);
  const { done, is_end, type } = record;
  if (isFailureCode(reportedErrorOf(event)?.message)) return false;
  const marked = done === true || is_end === true || /^done$/i.test(stringOf(type));
  return marked || Object.values(record).includes(DONE);
}
