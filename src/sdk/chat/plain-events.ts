const FIELD = 'data: ';
const LINE_FEED = 0x0a;
const EVENT_END = '\n\n';

/**
 * A fast path for the most common form of event: one line `data: …` and a blank line, complete in one piece. All other
 * text goes to `rest`, in order; so does text with a carriage return, which may end a line, too.
 * @param onData called with the text after `data: `
 */
export function createPlainEvents(
  onData: (data: string) => void,
  rest: (text: string) => void,
): (text: string) => void {
  /** The last two characters passed to `rest`. An event begins after a blank line. */
  let tail = EVENT_END;

  const pass = (text: string): void => {
    tail = (tail + text.slice(-2)).slice(-2);
    rest(text);
  };

  return (text) => {
    if (text.includes('\r')) return pass(text);
    let at = 0;
    // A read can end anywhere. If `rest` got the beginning of an event, it also gets the remainder of that event.
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

/** Returns where the incomplete event ends in `text`, or the text's length if the event continues after it. */
function endOfEvent(tail: string, text: string): number {
  if (tail.endsWith('\n') && text.startsWith('\n')) return 1;
  const end = text.indexOf(EVENT_END);
  return end < 0 ? text.length : end + EVENT_END.length;
}
