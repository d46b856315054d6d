/** Takes lines that are no fields out of an event stream, where a server may have put its error. */
export interface StrayLines {
  feed(text: string): void;
  /** No more text will come. */
  end(): void;
}

const FIELD = 'error:';
/** Characters that are kept of a stray line. */
const MAX_LINE_CHARS = 64 * 1024;
const OPENING_BRACE = 0x7b;
const SMALL_E = 0x65;

/**
 * A line `error: {…}` (llama.cpp until 2025) or of bare JSON (an error of a server behind this one) is given
 * to `take`, and everything else to `pass`, in order. The event stream format has both ignored.
 * How the text is cut changes nothing; a line that is passed on costs a search for its end.
 */
export function createStrayLines(pass: (text: string) => void, take: (line: string) => void): StrayLines {
  /** The beginning of a line of which it isn't known yet what it is. */
  let held = '';
  /** What there is of a stray line, while inside one. */
  let stray: string | undefined;
  /** Inside a line that is passed on. */
  let midLine = false;

  const passRange = (text: string, from: number, to: number): void => {
    if (from < to) pass(from === 0 && to === text.length ? text : text.slice(from, to));
  };

  const feed = (piece: string): void => {
    const text = held + piece;
    held = '';
    let from = 0;
    for (let at = 0; at < text.length; ) {
      const kind = stray !== undefined ? 'stray' : midLine ? 'field' : kindOf(text, at);
      if (kind === 'unknown') {
        passRange(text, from, at);
        held = text.slice(at);
        return;
      }
      const end = text.indexOf('\n', at);
      const next = end < 0 ? text.length : end + 1;
      if (kind === 'field') {
        midLine = end < 0;
      } else {
        passRange(text, from, at);
        stray ??= '';
        stray += text.slice(at, Math.min(next, at + MAX_LINE_CHARS - stray.length));
        from = next;
        if (end >= 0) takeStray();
      }
      at = next;
    }
    passRange(text, from, text.length);
  };

  const takeStray = (): void => {
    const line = stray;
    stray = undefined;
    if (line !== undefined) take(line);
  };

  return {
    feed,
    end() {
      takeStray();
      if (held !== '') pass(held);
    },
  };
}

/** Classifies the line that begins at `at`, as far as its bytes allow. */
function kindOf(text: string, at: number): 'field' | 'stray' | 'unknown' {
  const first = text.charCodeAt(at);
  if (first === OPENING_BRACE) return 'stray';
  if (first !== SMALL_E) return 'field';
  if (text.startsWith(FIELD, at)) return 'stray';
  return FIELD.startsWith(text.slice(at, at + FIELD.length)) ? 'unknown' : 'field';
}

/** The value of a stray line: JSON, where a server followed the habit. */
export function strayValueOf(line: string): { isErrorField: boolean; text: string } {
  const isErrorField = line.startsWith(FIELD);
  return { isErrorField, text: (isErrorField ? line.slice(FIELD.length) : line).trim() };
}
