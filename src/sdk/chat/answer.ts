import type { ConnectorException } from '../../common/errors.js';
import { AnswerEnd } from './answer-end.js';
import { AnswerResult } from './answer-result.js';
import type { ChatEvent, ChatResult } from './chat-types.js';
import { type CarriedParts, createCarriedParts } from './events/carried.js';
import { type AnswerPart, Repetitions } from './repairs/repetitions.js';
import { createSurrogatePairs } from './repairs/surrogate-pairs.js';
import { TaggedText } from './repairs/tagged-text.js';
import { createThinkingTags, type ThinkingTags } from './repairs/thinking-tags.js';

/** The state of an answer while it is read. */
export interface Answer {
  readonly result: ChatResult;
  /** Adds an event to the result and reports it. */
  emit(event: ChatEvent): void;
  /** Collects the parts that must be sent back with the results of the answer's tool calls. */
  readonly parts: CarriedParts;
  /** Call this before each event of the server's stream. */
  nextEvent(): void;
  /** Marks the answer as failed. The rest is not read. */
  fail(error: ConnectorException): void;
  /**
   * Call this when the server has marked the answer's end: the answer then stays complete if the connection is lost.
   */
  conclude(by: 'finish' | 'usage'): void;
  /** Stops reading the body. */
  stop(): void;
  readonly concluded: boolean;
  /**
   * Whether the conclusion may be premature. Some servers send a finish reason together with output in every chunk,
   * and some send usage counts in between.
   */
  readonly doubtful: boolean;
  readonly over: boolean;
  /** The number of reported events. */
  readonly events: number;
  /** The number of pieces that came without an event, because their text was withheld. */
  readonly withheld: number;
  /** Characters kept in memory. Each tool call adds a fixed amount, because it may be empty. */
  readonly size: number;
}

/** Reads the text of one kind of body into an answer. */
export interface AnswerBody {
  feed(text: string): void;
  /** @param whole whether the body reached its own end, and was not cut off */
  end(whole: boolean): void;
}

/** The most characters of one event, or of an answer that is one JSON text. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024;
/** The most characters of all parts of an answer together. */
export const MAX_ANSWER_CHARS = 64 * 1024 * 1024;

/**
 * Creates an answer without content.
 * @param onEvent called for each event, in order
 * @param thinkingTags whether `<think>…</think>` at the beginning of the text is reasoning
 */
export function createAnswer(onEvent: (event: ChatEvent) => void, thinkingTags: boolean): Answer {
  return new ReadAnswer(onEvent, thinkingTags);
}

/**
 * A class, because V8 creates a hidden class for each object literal with getters. That hidden class refers to the
 * getters, so the whole answer would stay in memory until the next full garbage collection.
 */
class ReadAnswer implements Answer {
  readonly result: ChatResult;
  readonly parts: CarriedParts;
  readonly #onEvent: (event: ChatEvent) => void;
  readonly #pairs = createSurrogatePairs();
  #repetitions = new Repetitions();
  readonly #tags: ThinkingTags | undefined;
  readonly #end = new AnswerEnd();
  readonly #collected = new AnswerResult(this.#end);
  #over = false;
  #events = 0;
  #withheld = 0;

  constructor(onEvent: (event: ChatEvent) => void, thinkingTags: boolean) {
    const collected = this.#collected;
    this.result = collected.result;
    this.parts = createCarriedParts((chars) => {
      collected.size += chars;
    });
    this.#onEvent = onEvent;
    if (thinkingTags)
      this.#tags = createThinkingTags(new TaggedText(this.result, (event) => this.#report(event)));
  }

  readonly emit = (piece: ChatEvent): void => {
    switch (piece.type) {
      case 'text':
      case 'reasoning':
      case 'refusal': {
        const text = this.#pairs.join(piece.type, this.#fresh(piece.type, piece.text));
        if (text !== '' || piece.text === '') this.#pass(text === piece.text ? piece : { ...piece, text });
        else this.#withhold();
        return;
      }
      case 'tool_call': {
        const { index, id, name } = piece;
        const args = this.#pairs.join(index, this.#fresh(index, piece.arguments));
        const bare = id === undefined && name === undefined;
        if (args !== '' || piece.arguments === '' || !bare) this.#pass({ ...piece, arguments: args });
        else this.#withhold();
        return;
      }
      default:
        if (piece.type === 'finish' || piece.type === 'error' || piece.type === 'split') this.#passRest();
        // The answer begins again, so its parts repeat nothing.
        if (piece.type === 'split') this.#repetitions = new Repetitions();
        this.#pass(piece);
    }
  };

  nextEvent(): void {
    this.#end.nextEvent();
  }

  fail(error: ConnectorException): void {
    this.#over = true;
    this.emit({ type: 'error', error });
  }

  conclude(by: 'finish' | 'usage'): void {
    this.#end.conclude(by);
  }

  stop(): void {
    // Withheld output arrived before the end mark, so passing it on must not undo the conclusion.
    this.#end.before(() => {
      this.#passRest();
      this.#tags?.end();
    });
    this.#over = true;
    const { removed } = this.#repetitions;
    if (removed > 0) this.result.repeatedChars = removed;
  }

  get concluded(): boolean {
    return this.#end.concluded;
  }

  get doubtful(): boolean {
    return this.#end.doubtful;
  }

  get over(): boolean {
    return this.#over;
  }

  get events(): number {
    return this.#events;
  }

  get withheld(): number {
    return this.#withheld;
  }

  get size(): number {
    return this.#collected.size;
  }

  #pass(piece: ChatEvent): void {
    if (piece.type === 'text' && this.#tags !== undefined) {
      const { events } = this;
      this.#tags.feed(piece.text);
      if (this.#events === events) this.#withheld += 1;
      // Withheld text counts as output of this event, too.
      this.#end.withheld();
      return;
    }
    // Usage counts and reports can also come in the middle of a text, so they don't end the tag.
    if (piece.type === 'finish' || piece.type === 'tool_call' || piece.type === 'refusal') this.#tags?.end();
    this.#report(piece);
  }

  /** Counts a piece whose text repeats the text before it, or may do so: then the text is withheld. */
  #withhold(): void {
    if (this.#repetitions.waiting) this.#withheld += 1;
    this.#end.withheld();
  }

  /** Returns the new part of a piece. */
  #fresh(part: AnswerPart, text: string): string {
    if (this.#repetitions.ordinary === part) return text;
    this.#passWithheld(part);
    return this.#repetitions.fresh(part, text);
  }

  /** Passes on the withheld pieces of a possible repetition, before a piece of another part of the answer. */
  #passWithheld(next?: AnswerPart): void {
    const withheld = this.#repetitions.rest(next);
    if (withheld === undefined) return;
    const [part, text] = withheld;
    const whole = this.#pairs.join(part, text);
    if (whole !== '') this.#passText(part, whole);
  }

  #passRest(): void {
    this.#passWithheld();
    for (const [part, text] of this.#pairs.rest()) this.#passText(part, text);
  }

  #passText(part: AnswerPart, text: string): void {
    if (typeof part === 'number') this.#pass({ type: 'tool_call', index: part, arguments: text });
    else this.#pass({ type: part, text });
  }

  #report(piece: ChatEvent): void {
    this.#collected.add(piece);
    this.#events += 1;
    this.#onEvent(piece);
  }
}
