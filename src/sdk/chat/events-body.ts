import { isRecord, parseJson } from '../../common/json.js';
import { type Answer, type AnswerBody, MAX_ANSWER_CHARS, MAX_EVENT_CHARS } from './answer.js';
import { isBare } from './chat-types.js';
import { type AnswerContext, type AnswerHead, streamError, unusableError } from './errors/chat-errors.js';
import { noEventsError } from './errors/no-events.js';
import { errorEventOf } from './errors/reported-error.js';
import { UnreadEvents } from './errors/unread-events.js';
import { isWholeCompletion } from './events/chunk-forms.js';
import { DONE, isDone, isEnd, isEndName } from './events/end-marks.js';
import { EventCutter, type EventTarget } from './events/event-cutter.js';
import { createEventReader } from './events/event-reader.js';
import type { ChatEventReader, Verdict } from './events/event-reader-types.js';
import { joinedEvents } from './events/joined-events.js';
import { type PlainChunk, plainChunkOf, writtenChunkOf } from './events/plain-chunk.js';
import { laterUsage, usageIn } from './events/usage.js';
import { endsInString, repairedJson } from './repairs/repaired-json.js';
import { createRepeatedEvents } from './repairs/repeated-events.js';
import { withWrittenNumber } from './repairs/written-numbers.js';

/** Some gateways add `data:` to lines that already have it. */
const DATA_AGAIN = /^(?:data:\s*)+/;
/** Characters that are kept of a body that may be no event stream. */
const MAX_BEGINNING = 1000;
/** Matches plain text that reports an error. */
const IS_ERROR = /^\[?error\b[\]:]/i;
/** Matches names of events whose `type` equals the name. Some gateways omit the type. */
const TYPED = /^(?:response\.|content_block_|message_)/;

/** Reads the events of an event stream into an answer. */
export function eventsBody(answer: Answer, head: AnswerHead, context: AnswerContext): AnswerBody {
  return new EventsBody(answer, head, context);
}

/** A class for the reason given at `ReadAnswer`. */
class EventsBody implements AnswerBody, EventTarget {
  seen = false;
  readonly #answer: Answer;
  readonly #contentType: string;
  readonly #context: AnswerContext;
  readonly #cutter = new EventCutter(this);
  readonly #reader: Required<ChatEventReader>;
  readonly #repeated = createRepeatedEvents();
  readonly #unread: UnreadEvents;
  /** How many texts, and how many other contents, the current event had. */
  #texts = 0;
  #others = 0;
  /** Whether the body has ended. */
  #flushing = false;
  /** The beginning of the body; grows until the first event. */
  #beginning = '';

  constructor(answer: Answer, { contentType }: AnswerHead, context: AnswerContext) {
    this.#answer = answer;
    this.#contentType = contentType;
    this.#context = context;
    this.#unread = new UnreadEvents(answer, context);
    const emit: Answer['emit'] = (event) => {
      if (event.type === 'text') this.#texts += 1;
      else this.#others += 1;
      answer.emit(event);
    };
    this.#reader = createEventReader(context.format, { result: answer.result, parts: answer.parts, emit });
  }

  feed(text: string): void {
    if (!this.seen && this.#beginning.length < MAX_BEGINNING) this.#beginning += text.slice(0, MAX_BEGINNING);
    this.#cutter.feed(text);
  }

  end(whole: boolean): void {
    if (!whole) {
      this.#unread.checkEnd();
      return;
    }
    this.#flushing = true;
    this.#cutter.end();
    this.#unread.checkFormat();
    this.#unread.checkEnd();
    if (this.seen || this.#answer.over) return;
    const error = noEventsError(this.#beginning, this.#contentType, this.#context);
    if (error !== undefined) this.#answer.fail(error);
  }

  onPlain(data: string): boolean {
    const text = this.#answer.over ? undefined : this.#repeated.textOf(data);
    if (text === undefined) {
      this.#texts = 0;
      this.#others = 0;
      if (!this.onData(data, undefined, true)) return false;
      if (this.#texts === 1 && this.#others === 0) this.#repeated.learn(data);
    } else if (text !== '') {
      this.#unread.forgetWords();
      this.#answer.nextEvent();
      this.#answer.emit({ type: 'text', text });
      this.#checkSize();
    }
    return true;
  }

  onTooLong(): void {
    if (!this.#answer.over) this.#failTooLong('an event', MAX_EVENT_CHARS);
  }

  /** @param plain whether to return false for JSON that a line break in a string has cut */
  onData(data: string, name: string | undefined, plain = false): boolean {
    this.seen = true;
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
    else if (typeof event === 'string' && /^\s*(?:data:|\{)/.test(event)) this.onData(event.trim(), name);
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
    if (text === '' && isEndName(name)) this.#answer.conclude('finish');
    // Some gateways put comments into `data:` fields.
    if (text === '' || text.startsWith(':')) return;
    // Some gateways write the events of a list, with its commas.
    const repaired = repairedJson(text.replace(/,$/, ''));
    if (repaired !== undefined) this.#onEvent(repaired, name, text);
    else if (isDone(text)) this.#onDone();
    else if (DATA_AGAIN.test(text)) this.onData(text.replace(DATA_AGAIN, ''), name);
    else {
      const pieces = joinedEvents(text);
      if (pieces === undefined) this.#onEvent(undefined, IS_ERROR.test(text) ? 'error' : name, text);
      else for (const piece of pieces) this.onData(piece, name);
    }
  }

  #onDone(): void {
    this.#unread.checkFormat();
    if (this.#answer.result.finishReason === null) this.#unread.checkError();
    this.#answer.conclude('finish');
    this.#answer.stop();
  }

  /** Returns false for a chunk that must be read as an event. */
  #readPlain(chunk: PlainChunk): boolean {
    this.#answer.nextEvent();
    if (!this.#reader.readPlain(chunk)) return false;
    if (chunk.text === '') this.#unread.checkEarly('open');
    else this.#unread.forgetWords();
    this.#unread.recognise();
    this.#checkSize();
    return true;
  }

  #onEvent(sent: unknown, name: string | undefined, text: string): void {
    const answer = this.#answer;
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
    const verdict = this.#read(event);
    if (answer.over) return;
    if (verdict === 'open') this.#unread.recognise();
    else if (this.#unread.failNative(event, name)) return;
    if (verdict === 'closing') answer.conclude('usage');
    else if (whole && answer.result.finishReason !== null) answer.conclude('finish');
    else if (verdict === 'unrecognised') {
      if (isEndName(name) || isEnd(event)) answer.conclude('finish');
      else this.#unread.add(event, name, text, this.#flushing && /^[{["]/.test(text));
    }
    this.#checkSize();
  }

  #read(event: unknown): Verdict {
    const { size, withheld } = this.#answer;
    const verdict = this.#reader.read(event);
    if (this.#answer.size > size || this.#answer.withheld > withheld) this.#unread.forgetWords();
    else if (verdict !== 'unrecognised') this.#unread.checkEarly(verdict);
    return verdict;
  }

  #checkSize(): void {
    if (this.#answer.size > MAX_ANSWER_CHARS) this.#failTooLong('an answer', MAX_ANSWER_CHARS);
  }

  #failTooLong(what: string, limit: number): void {
    this.#answer.fail(unusableError(`sent ${what} of more than ${limit} characters.`, this.#context));
  }
}
