import { beginningOf } from '../../../common/text/beginning.js';
import type { Answer } from '../answer.js';
import { isBare } from '../chat-types.js';
import { nativeFormat } from '../events/native-apis.js';
import { type AnswerContext, quote, streamError, unusableError } from './chat-errors.js';
import { isKeepAlive, LastWords } from './last-words.js';

/** The most characters of an event in an unknown format that a message quotes. */
const MAX_STRANGE = 100;
/** Matches names of events without content. */
const KEEP_ALIVE = /ping|keep-?_?alive|heart-?_?beat/i;

/**
 * Keeps what the unreadable events of an answer say. From that, it finds the error of an answer without readable events,
 * or without an end.
 */
export class UnreadEvents {
  readonly #answer: Answer;
  readonly #context: AnswerContext;
  readonly #lastWords = new LastWords();
  /** Whether an event of the answer's format came. */
  #recognised = false;
  /** The name, or else the beginning, of the first event in an unknown format. */
  #strange: string | undefined;
  /** The message for the first event that seems to belong to another API. */
  #native: string | undefined;

  constructor(answer: Answer, context: AnswerContext) {
    this.#answer = answer;
    this.#context = context;
  }

  /** Call this for an event in the answer's format. */
  recognise(): void {
    this.#recognised = true;
  }

  /** Call this for an event with output: the texts before it are not the error of the answer's end. */
  forgetWords(): void {
    this.#lastWords.clear();
  }

  /** Adds an event that no reader recognises. `cut` means that the end of the body may have cut it off. */
  add(event: unknown, name: string | undefined, text: string, cut: boolean): void {
    if (isKeepAlive(event, text)) return;
    const { keys } = this.#context;
    // Ignore events with other names (e.g. `ping`), and a last event that may be cut off.
    const foreign = name !== undefined && name !== 'message' && event !== undefined;
    if (!cut) this.#lastWords.add(event, name, text);
    if (foreign && !KEEP_ALIVE.test(name)) this.#strange ??= quote(name, keys);
    if (foreign || cut) return;
    this.#strange ??= beginningOf(quote(text, keys), MAX_STRANGE);
    // Don't call the events of another API malformed.
    if (this.#native === undefined || this.#recognised)
      this.#answer.emit({ type: 'malformed', data: quote(text, keys) });
  }

  /** Fails an answer without output when the event surely belongs to another API. Returns whether it does. */
  failNative(event: unknown, name: string | undefined): boolean {
    if (!isBare(this.#answer.result)) return false;
    const native = nativeFormat(event, '', name);
    if (native?.sure === true) this.#answer.fail(unusableError(native.message, this.#context));
    else this.#native ??= native?.message;
    return native?.sure === true;
  }

  /** Fails an answer whose events were all unreadable. */
  checkFormat(): void {
    const { result } = this.#answer;
    if (this.#recognised || result.error !== undefined || !isBare(result)) return;
    this.checkError();
    const unknown =
      this.#strange === undefined
        ? undefined
        : `answered with events in an unknown format (${this.#strange}). Check api and base_url.`;
    const what = this.#native ?? unknown;
    if (what !== undefined && !this.#answer.over) this.#answer.fail(unusableError(what, this.#context));
  }

  /** Fails an answer without an end whose last events may report an error. */
  checkEnd(): void {
    if (this.#isOpen()) this.#failBy(this.#lastWords.message);
  }

  /** Fails an answer without an end whose last events surely report an error. */
  checkError(): void {
    if (this.#isOpen()) this.#failBy(this.#lastWords.error);
  }

  /** Fails the answer if an error came before its usage count or its finish reason. */
  checkEarly(verdict: 'open' | 'closing'): void {
    const { result } = this.#answer;
    const early = result.finishReason === null ? verdict === 'closing' : isBare(result);
    if (early) this.#failBy(this.#lastWords.error);
  }

  #isOpen(): boolean {
    return !this.#answer.over && !this.#answer.concluded;
  }

  /** Fails the answer with the message; ignores an empty one. */
  #failBy(message: string): void {
    if (message !== '') this.#answer.fail(streamError({ message, kind: '' }, this.#context));
  }
}
