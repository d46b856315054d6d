const FIELD = 'data: ';
const LINE_FEED = 0x0a;

/**
 * Reads the events that nearly all of an answer consists of, one line `data: …` and a blank line that came
 * whole, and gives everything else to `rest`, in order. It saves most of a parser's work for them, and follows
 * the same format: a line may end in a carriage return too, so text with one goes to `rest`.
 * @param onData Told what follows `data: `.
 */
export function createPlainEvents(
  onData: (data: string) => void,
  rest: (text: string) => void,
): (text: string) => void {
  /** The last two characters that `rest` got: after a blank line an event begins. */
  let tail = '\n\n';

  return (text) => {
    let at = 0;
    if (tail === '\n\n' && !text.includes('\r')) {
      while (text.startsWith(FIELD, at)) {
        const end = text.indexOf('\n', at);
        if (end < 0 || text.charCodeAt(end + 1) !== LINE_FEED) break;
        onData(text.slice(at + FIELD.length, end));
        at = end + 2;
      }
      if (at === text.length) return;
    }
    const remaining = text.slice(at);
    tail = (tail + remaining.slice(-2)).slice(-2);
    rest(remaining);
  };
}
