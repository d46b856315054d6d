import { isRecord, recordOf, stringOf } from '../../../common/json.js';
import { errorMessageIn } from './error-message.js';
import { isFailureCode, reportedErrorOf } from './reported-error.js';

/** After this many characters, no more texts are added. */
const MAX_WORDS = 4096;
/** Matches words that only keep a connection open. */
const KEEP_ALIVE = /^\W*(?:ping|pong|keep[-_ ]?alive|heart[-_ ]?beat|ok|processing|waiting)\W*$/i;

/** Whether an event only keeps a connection open, as its type or its words say. */
export function isKeepAlive(event: unknown, text: string): boolean {
  if (!isRecord(event)) return KEEP_ALIVE.test(text);
  const { type, event: name, object } = event;
  return [type, name, object].some((word) => KEEP_ALIVE.test(stringOf(word)));
}

/** Matches names of events that report a failure. */
const FAILED = /fail|error|exception/i;
/** Matches names of members that errors have. */
const OF_ERRORS = /^(?:err|fail|fault|exception)|^(?:\w+_)?(?:msg|message)$|^detail$/i;

/**
 * Whether an event in an unknown form is an error. A gateway may also send the status of its own work, or a report of
 * another kind, with a message.
 */
function isError(event: unknown): boolean {
  const record = recordOf(event);
  const { type, event: name, object, code, status } = record;
  const kinds = [type, name, object].map(stringOf).filter((kind) => kind !== '');
  const codes = [code, status].filter((one) => one !== undefined && one !== null);
  return (
    kinds.every((kind) => FAILED.test(kind)) &&
    codes.every(isFailureCode) &&
    Object.keys(record).some((member) => OF_ERRORS.test(member))
  );
}

/**
 * Collects the texts of the latest events that are not part of the answer. If the answer then ends without its end mark,
 * these texts are the server's error, in an unusual form: plain text, a web page, or JSON with other members.
 */
export class LastWords {
  #words = '';
  #error = '';

  /** Adds an event that is not part of the answer. `event` is undefined for one that is not JSON. */
  add(event: unknown, name: string | undefined, text: string): void {
    if (this.#words.length >= MAX_WORDS) return;
    if (event === undefined) this.#words += `${text}\n`;
    else if (name === undefined || name === 'message' || FAILED.test(name)) {
      const message = reportedErrorOf(event)?.message ?? '';
      if (!isFailureCode(message)) return;
      this.#words += message;
      if (isError(event)) this.#error = message;
    }
  }

  /** Call this for an event of the answer. */
  clear(): void {
    this.#words = '';
    this.#error = '';
  }

  /** The message of an event that is surely an error; empty when there is none. */
  get error(): string {
    return this.#error;
  }

  /** The error's message; empty when there is none. */
  get message(): string {
    return this.#words === '' ? '' : errorMessageIn(this.#words);
  }
}
