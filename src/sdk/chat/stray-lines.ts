/** Filters lines that are not fields out of an event stream. Such a line can contain a server's error. */
export interface StrayLines {
  feed(text: string): void;
  /** Call this after the last text. */
  end(): void;
}

const FIELD = 'error:';
/** Most characters that are kept of a stray line. */
const MAX_LINE_CHARS = 64 * 1024;
const OPENING_BRACE = 0x7b;
const SMALL_E = 0x65;

/**
 * Passes lines `error: {…}` (llama.cpp until 2025) and lines of bare JSON (a gateway's error) to `take`, and all other
 * text to `pass`, in order. The event stream format would ignore both kinds of lines. The result does not depend on how
 * the text is split, and a line that is passed on costs only a search for its end.
 */
export function createStrayLines(pass: (text: string) => void, take: (line: string) => void): StrayLines {
  /** The beginning of a line whose kind is not known yet. */
  let held = '';
  /** The current stray line so far; undefined outside stray lines. */
  let stray: string | undefined;
  /** Whether the current position is inside a line that is passed on. */
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

/** Classifies the line that begins at `at`, or returns `unknown` when more text is needed. */
function kindOf(text: string, at: number): 'field' | 'stray' | 'unknown' {
  const first = text.charCodeAt(at);
  if (first === OPENING_BRACE) return 'stray';
  if (first !== SMALL_E) return 'field';
  if (text.startsWith(FIELD, at)) return 'stray';
  return FIELD.startsWith(text.slice(at, at + FIELD.length)) ? 'unknown' : 'field';
}

/** Returns the value of a stray line, which usually is JSON. */
export function strayValueOf(line: string): { isErrorField: boolean; text: string } {
  const isErrorField = line.startsWith(FIELD);
  return { isErrorField, text: (isErrorField ? line.slice(FIELD.length) : line).trim() };
}
