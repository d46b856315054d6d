import { errorMessageIn } from './error-message.js';
import { reportedErrorOf } from './reported-error.js';

/** Characters after which no more words are kept. */
const MAX_WORDS = 4096;
/** Matches words that only keep a connection open. */
const KEEP_ALIVE = /^\W*(?:ping|pong|keep[-_ ]?alive|heart[-_ ]?beat|ok|processing|waiting)\W*$/i;
/** Matches names of events that report a failure. */
const FAILED = /fail|error|exception/i;

/**
 * Collects the texts of the latest events that are not part of the answer. If the answer then ends without its end mark,
 * these texts are the server's error, in an unusual form: plain text, a web page, or JSON with other members.
 */
export class LastWords {
  #words = '';

  /** Adds an event that is not part of the answer. `event` is undefined for one that is not JSON. */
  add(event: unknown, name: string | undefined, text: string): void {
    if (this.#words.length >= MAX_WORDS || KEEP_ALIVE.test(text)) return;
    if (event === undefined) this.#words += `${text}\n`;
    else if (name === undefined || name === 'message' || FAILED.test(name))
      this.#words += reportedErrorOf(event)?.message ?? '';
  }

  /** Call this for an event of the answer. */
  clear(): void {
    this.#words = '';
  }

  /** The error's message; empty when there is none. */
  get message(): string {
    return this.#words === '' ? '' : errorMessageIn(this.#words);
  }
}
