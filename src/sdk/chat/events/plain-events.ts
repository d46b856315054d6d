const FIELD = 'data: ';
const LINE_FEED = 0x0a;
const EVENT_END = '\n\n';

/** Reads events of the most common form. */
export interface PlainEvents {
  feed(text: string): void;
}

/**
 * Creates a fast path for the most common form of event: one line `data: …` and a blank line, complete in one piece.
 * All other text goes to `rest`, in order; so does text with a carriage return, because a carriage return also ends a
 * line.
 * @param onData called with the text after `data: `; returns false for an event that must go to `rest`
 * @param waiting whether all text goes to `rest` now
 */
export function createPlainEvents(
  onData: (data: string) => boolean,
  rest: (text: string) => void,
  waiting = () => false,
): PlainEvents {
  return new PlainEventReader(onData, rest, waiting);
}

/** A class for the reason given at `ReadAnswer`. */
class PlainEventReader implements PlainEvents {
  readonly #onData: (data: string) => boolean;
  readonly #rest: (text: string) => void;
  readonly #waiting: () => boolean;
  /** The last two characters passed to `rest`. An event begins after a blank line. */
  #tail = EVENT_END;

  constructor(onData: (data: string) => boolean, rest: (text: string) => void, waiting: () => boolean) {
    this.#onData = onData;
    this.#rest = rest;
    this.#waiting = waiting;
  }

  feed(text: string): void {
    if (text.includes('\r') || this.#waiting()) {
      this.#pass(text);
      return;
    }
    let at = 0;
    // A read can end anywhere. If `rest` got the beginning of an event, it also gets the remainder of that event.
    if (this.#tail !== EVENT_END) {
      at = endOfEvent(this.#tail, text);
      this.#pass(text.slice(0, at));
    }
    while (text.startsWith(FIELD, at)) {
      const end = text.indexOf('\n', at);
      if (end < 0 || text.charCodeAt(end + 1) !== LINE_FEED) break;
      if (!this.#onData(text.slice(at + FIELD.length, end))) break;
      at = end + 2;
    }
    if (at < text.length) this.#pass(text.slice(at));
  }

  #pass(text: string): void {
    this.#tail = (this.#tail + text.slice(-2)).slice(-2);
    this.#rest(text);
  }
}

/** Returns where the incomplete event ends in `text`, or the text's length if the event continues after it. */
function endOfEvent(tail: string, text: string): number {
  if (tail.endsWith('\n') && text.startsWith('\n')) return 1;
  const end = text.indexOf(EVENT_END);
  return end < 0 ? text.length : end + EVENT_END.length;
}
