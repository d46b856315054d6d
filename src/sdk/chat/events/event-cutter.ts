import { createParser, type EventSourceParser } from 'eventsource-parser';
import { MAX_EVENT_CHARS } from '../answer.js';
import { CutStrings } from '../repairs/cut-strings.js';
import { createStrayLines, type StrayLines } from '../repairs/stray-lines.js';
import { createPlainEvents } from './plain-events.js';

/** Gets the events of a stream, in order. */
export interface EventTarget {
  /** Handles an event in the most common form. Returns false when a line break in a string has cut it. */
  onPlain(data: string): boolean;
  /** Handles any other event. */
  onData(data: string, name: string | undefined): void;
  /** Called when an event is longer than MAX_EVENT_CHARS. */
  onTooLong(): void;
  /** Whether an event has arrived. */
  readonly seen: boolean;
}

/**
 * Cuts the text of an event stream into events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Events
 * in the most common form take a fast path. The rest has its lines repaired, and then goes through a parser.
 */
export class EventCutter {
  readonly #target: EventTarget;
  readonly #plain: ReturnType<typeof createPlainEvents>;
  // Created on demand: most streams only have events that `createPlainEvents` reads.
  #cut: CutStrings | undefined;
  #lines: StrayLines | undefined;
  #parser: EventSourceParser | undefined;

  constructor(target: EventTarget) {
    this.#target = target;
    this.#plain = createPlainEvents(
      (data) => target.onPlain(data),
      (text) => this.#feedRest(text),
      () => this.#cut?.withholding === true,
    );
  }

  feed(text: string): void {
    this.#plain.feed(text);
  }

  /**
   * Call this after the last text. Some servers omit the blank line after the last event, so this adds it. An event that
   * was cut off is not JSON.
   */
  end(): void {
    this.#cut?.end();
    this.#lines?.end();
    this.#lines?.feed('\n\n');
  }

  #feedRest(text: string): void {
    this.#cut ??= new CutStrings((whole) => this.#feedLines(whole));
    this.#cut.feed(text);
  }

  #feedLines(text: string): void {
    this.#lines ??= createStrayLines(
      (fields) => this.#feedParser(fields),
      () => this.#target.seen,
    );
    this.#lines.feed(text);
  }

  #feedParser(fields: string): void {
    this.#parser ??= createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: ({ data, event }) => this.#target.onData(data, event),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#target.onTooLong();
      },
    });
    this.#parser.feed(fields);
  }
}
