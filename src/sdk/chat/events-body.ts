import { createParser, type EventSourceParser } from 'eventsource-parser';
import { isRecord, parseJson, recordOf, stringOf } from '../../common/json.js';
import { beginningOf } from '../../common/text/beginning.js';
import { type Answer, type AnswerBody, MAX_ANSWER_CHARS, MAX_EVENT_CHARS } from './answer.js';
import { isBare } from './chat-types.js';
import {
  type AnswerContext,
  type AnswerHead,
  quote,
  sentence,
  streamError,
  unusableError,
} from './errors/chat-errors.js';
import { isKeepAlive, LastWords } from './errors/last-words.js';
import { errorEventOf, isFailureCode, reportedErrorOf } from './errors/reported-error.js';
import { BASE_URL_ADVICE } from './errors/status-advice.js';
import { isWholeCompletion } from './events/chunk-forms.js';
import { createEventReader } from './events/event-reader.js';
import type { ChatEventReader } from './events/event-reader-types.js';
import { nativeFormat } from './events/native-apis.js';
import { type PlainChunk, plainChunkOf, writtenChunkOf } from './events/plain-chunk.js';
import { createPlainEvents } from './events/plain-events.js';
import { laterUsage, usageIn } from './events/usage.js';
import { CutStrings } from './repairs/cut-strings.js';
import { endsInString, repairedJson } from './repairs/repaired-json.js';
import { createRepeatedEvents } from './repairs/repeated-events.js';
import { createStrayLines, type StrayLines } from './repairs/stray-lines.js';
import { withWrittenNumber } from './repairs/written-numbers.js';

/** Some gateways add `data:` to lines that already have it. */
const DATA_AGAIN = /^(?:data:\s*)+/;

/**
 * Separates joined events: a line end, the field's name in the middle of a line, or an object or `[DONE]` after an
 * object.
 */
const SEAM = /\n|data:\s*(?=[{[])|(?<=\})\s*(?=\{"|\[DONE\]$)/;
/** The most characters of an event in an unknown format that a message quotes. */
const MAX_STRANGE = 100;
/** Characters that are kept of a body that may be no event stream. */
const MAX_BEGINNING = 1000;
/** A line of an event stream: a field, a comment or nothing. */
const STREAM_LINE = /^(?:(?:data|event|id|retry)\b.*|:.*|\s*)$/;
/** Matches variants of `[DONE]`: in lower case, as a JSON string, without brackets, or another word. */
const IS_DONE = /^"?(?:\[(?:done|end|stop)\]|done|<?eos>?)"?$/i;
/** Matches names of an event that ends an answer. */
const IS_END = /^(?:done|end|finish(?:ed)?|completed?)$/i;
/** Matches plain text that reports an error. */
const IS_ERROR = /^\[?error\b[\]:]/i;
/** Matches names of events whose `type` equals the name. Some gateways omit the type. */
const TYPED = /^(?:response\.|content_block_|message_)/;

/** Matches names of events without content. */
const KEEP_ALIVE = /ping|keep-?_?alive|heart-?_?beat/i;

/** Marks the end of a stream. It is compared first: a JSON parser would take long to fail on it. */
const DONE = '[DONE]';

/** Reads an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventsBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  return new EventsBody(answer, head, context);
}

/** A class for the reason given at `ReadAnswer`. */
class EventsBody implements AnswerBody {
  readonly #answer: Answer;
  readonly #contentType: string;
  readonly #context: AnswerContext;
  readonly #reader: Required<ChatEventReader>;
  readonly #repeated = createRepeatedEvents();
  readonly #events = createPlainEvents(
    (data) => this.#onPlain(data),
    (text) => this.#feedLines(text),
    () => this.#cut?.withholding === true,
  );
  /** How many texts, and how many other contents, the current event had. */
  #texts = 0;
  #others = 0;
  #seen = false;
  #recognised = false;
  /** The name, or else the beginning, of the first event in an unknown format. */
  #strange: string | undefined;
  /** The message for the first event that seems to belong to another API. */
  #native: string | undefined;
  readonly #lastWords = new LastWords();
  #flushing = false;
  /** The beginning of the body; grows until the first event. */
  #beginning = '';
  // Created on demand: most streams only have events that `createPlainEvents` reads.
  #cut: CutStrings | undefined;
  #lines: StrayLines | undefined;
  #parser: EventSourceParser | undefined;

  constructor(answer: Answer, { contentType }: AnswerHead, context: AnswerContext) {
    this.#answer = answer;
    this.#contentType = contentType;
    this.#context = context;
    const emit: Answer['emit'] = (event) => {
      if (event.type === 'text') this.#texts += 1;
      else this.#others += 1;
      answer.emit(event);
    };
    this.#reader = createEventReader(context.format, { result: answer.result, parts: answer.parts, emit });
  }

  feed(text: string): void {
    if (!this.#seen && this.#beginning.length < MAX_BEGINNING)
      this.#beginning += text.slice(0, MAX_BEGINNING);
    this.#events.feed(text);
  }

  end(whole: boolean): void {
    if (!whole) {
      this.#checkEnd();
      return;
    }
    // Some servers omit the blank line after the last event. An event that was cut off is not JSON, and is dropped.
    this.#flushing = true;
    this.#cut?.end();
    this.#lines?.end();
    this.#lines?.feed('\n\n');
    const context = this.#context;
    const answer = this.#answer;
    this.#checkFormat();
    this.#checkEnd();
    if (this.#seen || answer.over) return;
    const beginning = this.#beginning;
    const plainText = beginning
      .split(/\r\n|\r|\n/)
      .filter((line) => !STREAM_LINE.test(line))
      .join(' ');
    const named = /event-stream/i.test(this.#contentType);
    // The caller reports bare JSON and an empty stream.
    if (named && (plainText === '' || /^[[{]/.test(beginning))) return;
    const native = nativeFormat(undefined, this.#contentType);
    if (native !== undefined) {
      answer.fail(unusableError(native.message, context));
      return;
    }
    const form = named ? 'text' : quote(this.#contentType, context.keys) || 'text';
    const words = plainText === '' ? '' : `: ${quote(plainText, context.keys)}`;
    const what = sentence(`answered with ${form}, not with an event stream${words}`);
    answer.fail(unusableError(`${what} ${BASE_URL_ADVICE}`, context));
  }

  /** Fails an answer whose events were all unreadable. */
  #checkFormat(): void {
    const { result } = this.#answer;
    if (this.#recognised || result.error !== undefined || !isBare(result)) return;
    this.#checkEnd(this.#lastWords.error);
    const unknown =
      this.#strange === undefined
        ? undefined
        : `answered with events in an unknown format (${this.#strange}). Check api and base_url.`;
    const what = this.#native ?? unknown;
    if (what !== undefined && !this.#answer.over) this.#answer.fail(unusableError(what, this.#context));
  }

  /** Fails an answer without an end whose last events report an error. */
  #checkEnd(words = this.#lastWords.message): void {
    const answer = this.#answer;
    if (!answer.over && !answer.concluded) this.#failBy(words);
  }

  /** Fails the answer with the message; ignores an empty one. */
  #failBy(message: string): void {
    if (message !== '') this.#answer.fail(streamError({ message, kind: '' }, this.#context));
  }

  /** Fails an answer which an error has ended before its usage count or its finish reason. */
  #checkWords(verdict: 'open' | 'closing'): void {
    const { result } = this.#answer;
    const early = result.finishReason === null ? verdict === 'closing' : isBare(result);
    if (early) this.#failBy(this.#lastWords.error);
  }

  /** Handles a complete event without a name. Returns false for one that a line break in a string has cut. */
  #onPlain(data: string): boolean {
    const text = this.#answer.over ? undefined : this.#repeated.textOf(data);
    if (text === undefined) {
      this.#texts = 0;
      this.#others = 0;
      if (!this.#onData(data, undefined, true)) return false;
      if (this.#texts === 1 && this.#others === 0) this.#repeated.learn(data);
    } else if (text !== '') {
      this.#lastWords.clear();
      this.#answer.nextEvent();
      this.#answer.emit({ type: 'text', text });
      this.#checkSize();
    }
    return true;
  }

  #feedLines(text: string): void {
    this.#cut ??= new CutStrings((whole) => this.#feedWhole(whole));
    this.#cut.feed(text);
  }

  #feedWhole(text: string): void {
    this.#lines ??= createStrayLines(
      (fields) => {
        this.#parser ??= this.#newParser();
        this.#parser.feed(fields);
      },
      () => this.#seen,
    );
    this.#lines.feed(text);
  }

  #newParser(): EventSourceParser {
    return createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: ({ data, event }) => this.#onData(data, event),
      onError: ({ type }) => {
        if (type !== 'max-buffer-size-exceeded' || this.#answer.over) return;
        const what = `sent an event of more than ${MAX_EVENT_CHARS} characters.`;
        this.#answer.fail(unusableError(what, this.#context));
      },
    });
  }

  #checkSize(): void {
    if (this.#answer.size <= MAX_ANSWER_CHARS) return;
    const what = `sent an answer of more than ${MAX_ANSWER_CHARS} characters.`;
    this.#answer.fail(unusableError(what, this.#context));
  }

  /** @param plain whether to return false for JSON that a line break in a string has cut */
  #onData(data: string, name: string | undefined, plain = false): boolean {
    this.#seen = true;
    if (this.#answer.over) {
      this.#readLate(data);
      return true;
    }
    const written = name === undefined ? writtenChunkOf(data) : undefined;
    if (written !== undefined && this.#readPlain(written)) return true;
    // Nearly every other event is JSON, so parse it without further checks.
    const event = data === DONE ? undefined : parseJson(data);
    if (plain && event === undefined && endsInString(data)) return false;
    if (event === undefined || event === DONE) this.#onOther(data.trim(), name);
    // Some gateways encode an event twice.
    else if (typeof event === 'string' && /^\s*(?:data:|\{)/.test(event)) this.#onData(event.trim(), name);
    // Some gateways send several chunks in a list.
    else if (Array.isArray(event) && event.length > 0)
      for (const one of event) this.#onEvent(one, name, data);
    // Azure sends `data: null` to keep connections open.
    else if (event !== null || name !== undefined) this.#onEvent(withWrittenNumber(event, data), name, data);
    return true;
  }

  /** Reads token counts from an event after `[DONE]`, where some servers send them. */
  #readLate(data: string): void {
    const { result } = this.#answer;
    const event = data.includes('usage') ? parseJson(data) : undefined;
    const usage = result.error === undefined && isRecord(event) ? usageIn(event) : undefined;
    if (usage !== undefined) this.#answer.emit({ type: 'usage', usage: laterUsage(result.usage, usage) });
  }

  /** Handles an event that is not JSON. */
  #onOther(text: string, name: string | undefined): void {
    if (text === '' && IS_END.test(name ?? '')) this.#answer.conclude('finish');
    // Some gateways put comments into `data:` fields.
    if (text === '' || text.startsWith(':')) return;
    // Some gateways write the events of a list, with its commas.
    const repaired = repairedJson(text.replace(/,$/, ''));
    if (repaired !== undefined) this.#onEvent(repaired, name, text);
    else if (text === DONE || IS_DONE.test(text)) {
      this.#checkFormat();
      if (this.#answer.result.finishReason === null) this.#checkEnd(this.#lastWords.error);
      this.#answer.conclude('finish');
      this.#answer.stop();
    } else if (DATA_AGAIN.test(text)) {
      this.#onData(text.replace(DATA_AGAIN, ''), name);
    } else if (isRun(text)) {
      for (const piece of text.split(SEAM)) this.#onData(piece, name);
    } else {
      this.#onEvent(undefined, IS_ERROR.test(text) ? 'error' : name, text);
    }
  }

  /** Returns false for a chunk that must be read as an event. */
  #readPlain(chunk: PlainChunk): boolean {
    this.#answer.nextEvent();
    if (!this.#reader.readPlain(chunk)) return false;
    if (chunk.text === '') this.#checkWords('open');
    else this.#lastWords.clear();
    this.#recognised = true;
    this.#checkSize();
    return true;
  }

  #onEvent(sent: unknown, name: string | undefined, text: string): void {
    const answer = this.#answer;
    const { keys } = this.#context;
    const typeless = name !== undefined && TYPED.test(name) && isRecord(sent) && sent.type === undefined;
    const event = typeless ? { ...sent, type: name } : sent;
    const plain = name === undefined ? plainChunkOf(event) : undefined;
    if (plain !== undefined && this.#readPlain(plain)) return;
    const reported = plain === undefined ? errorEventOf(event, name, text) : undefined;
    if (reported !== undefined) {
      answer.fail(streamError(reported, this.#context));
      return;
    }
    answer.nextEvent();
    const whole = plain === undefined && isBare(answer.result) && isWholeCompletion(event);
    const { size, withheld } = answer;
    const verdict = this.#reader.read(event);
    if (answer.size > size || answer.withheld > withheld) this.#lastWords.clear();
    else if (verdict !== 'unrecognised') this.#checkWords(verdict);
    if (answer.over) return;
    if (verdict === 'open') this.#recognised = true;
    else if (isBare(answer.result)) {
      const native = nativeFormat(event, '', name);
      if (native?.sure === true) {
        answer.fail(unusableError(native.message, this.#context));
        return;
      }
      this.#native ??= native?.message;
    }
    if (verdict === 'closing') answer.conclude('usage');
    else if (whole && answer.result.finishReason !== null) answer.conclude('finish');
    else if (verdict === 'unrecognised' && (IS_END.test(name ?? '') || isEnd(event)))
      answer.conclude('finish');
    else if (verdict === 'unrecognised' && !isKeepAlive(event, text)) {
      // Ignore events with other names (e.g. `ping`), and a last event that may be cut off.
      const foreign = name !== undefined && name !== 'message' && event !== undefined;
      const cut = this.#flushing && /^[{["]/.test(text);
      if (!cut) this.#lastWords.add(event, name, text);
      if (foreign && !KEEP_ALIVE.test(name)) this.#strange ??= quote(name, keys);
      if (!foreign && !cut) {
        this.#strange ??= beginningOf(quote(text, keys), MAX_STRANGE);
        // Don't call the events of another API malformed.
        if (this.#native === undefined || this.#recognised)
          answer.emit({ type: 'malformed', data: quote(text, keys) });
      }
    }
    this.#checkSize();
  }
}

/** Whether an event in an unknown form marks the end of the answer. */
function isEnd(event: unknown): boolean {
  const record = recordOf(event);
  const { done, is_end, type } = record;
  if (isFailureCode(reportedErrorOf(event)?.message)) return false;
  const marked = done === true || is_end === true || /^done$/i.test(stringOf(type));
  return marked || Object.values(record).includes(DONE);
}

/** Whether the text is several events without blank lines between them. One of them may be cut off. */
function isRun(text: string): boolean {
  const pieces = text.split(SEAM);
  return pieces.length > 1 && pieces.some((piece) => piece.startsWith('{') && isRecord(parseJson(piece)));
}
