const FIELD = 'data: ';
const LINE_FEED = 0x0a;
const EVENT_END = '\n\n';

/**
 * Reads the events that nearly all of an answer consists of, one line `data: …` and a blank line that came
 * whole, and gives everything else to `rest`, in order. It saves most of a parser's work for them, and follows
 * the same format: a line may end in a carriage return too, so text with one goes to `rest`.
 * @param onData Called with the text after `data: `.
 */
export function createPlainEvents(
  onData: (data: string) => void,
  rest: (text: string) => void,
): (text: string) => void {
  /** The last two characters that `rest` got: after a blank line an event begins. */
  let tail = EVENT_END;

  const pass = (text: string): void => {
    tail = (tail + text.slice(-2)).slice(-2);
    rest(text);
  };

  return (text) => {
    if (text.includes('\r')) return pass(text);
    let at = 0;
    // Reads end anywhere: what was cut goes on in `rest`, and no further than its own end.
    if (tail !== EVENT_END) {
      at = endOfEvent(tail, text);
      pass(text.slice(0, at));
    }
    while (text.startsWith(FIELD, at)) {
      const end = text.indexOf('\n', at);
      if (end < 0 || text.charCodeAt(end + 1) !== LINE_FEED) break;
      onData(text.slice(at + FIELD.length, end));
      at = end + 2;
    }
    if (at < text.length) pass(text.slice(at));
  };
}

/** Where the event ends that `tail` is in the middle of; the text's end, if it goes on. */
function endOfEvent(tail: string, text: string): number {
  if (tail.endsWith('\n') && text.startsWith('\n')) return 1;
  const end = text.indexOf(EVENT_END);
  return end < 0 ? text.length : end + EVENT_END.length;
}
