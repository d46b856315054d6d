/** Rewrites the lines of an event stream that are not fields, so that a parser of event streams reads them. */
export interface StrayLines {
  feed(text: string): void;
  /** Call this after the last text. */
  end(): void;
}

const FIELD = 'error:';
const DATA = 'data:';
const OPENING_BRACE = '{';
const DONE = '[DONE]';
/** Characters that end a line inside of a JSON text, or a field without a value. */
const OPEN = /[{[,:]/;
/** Characters that begin a line inside of a JSON text. */
const INNER = /["{[}\]\-\dtfn]/;
const CLOSING = /[}\]]/;
/** Matches the beginning of plain text, or of a web page. Names of fields contain no space. */
const PLAIN = /^(?:[A-Z<]|[a-z][\w'-]* )/;
/** Matches a word that may begin plain text. */
const WORD = /^[a-z][\w'-]*$/;
/** The most characters of such a word. */
const MAX_WORD = 32;
/** Characters that may stand before `data:`: white space, a byte order mark in each event, and zeros that fill a block. */
const INDENT = /[ \t\ufeff\0]/;
/** The most white space at the start of a line that is read before the line's kind is decided. */
const MAX_INDENT = 1000;

/**
 * Passes text on, in order, with these lines as fields, because the event stream format would ignore them:
 * - JSON over several lines, where only the first one begins with `data:`
 * - indented `data:` lines
 * - bare JSON (a gateway's error, also in a list; chunks after a comment), and a bare `[DONE]`
 * - `error: {…}` (llama.cpp until 2025)
 * - plain text or a web page after an event (a proxy's error)
 *
 * The result does not depend on how the text is split. A line that is passed on unchanged costs only the search for its
 * end.
 * @param afterEvent whether an event has arrived; before the first one, the caller handles text
 */
export function createStrayLines(pass: (text: string) => void, afterEvent = () => false): StrayLines {
  /** The beginning of a line whose kind is not known yet. */
  let held = '';
  /** Whether the current position is inside a line. */
  let midLine = false;
  /** The last character of the line before, without white space; empty after a blank line. */
  let last = '';
  /** Whether the previous line continued the JSON of the line before. */
  let joined = false;
  /** Whether the current event began with a stray line. No blank line follows it. */
  let bare = false;

  const passRange = (text: string, from: number, to: number): void => {
    if (from < to) pass(from === 0 && to === text.length ? text : text.slice(from, to));
  };

  /** Passes on what a parser needs before a line of this kind. */
  const begin = (kind: Exclude<Kind, 'unknown' | 'indented'>): void => {
    joined = kind === 'more';
    if (!joined && (bare || (kind === 'error' && last !== ''))) pass('\n');
    if (!joined) bare = kind !== 'field';
    if (kind !== 'field') pass(kind === 'error' ? 'event: error\ndata:' : 'data:');
  };

  return {
    feed(piece) {
      const text = held + piece;
      held = '';
      let from = 0;
      for (let at = 0; at < text.length; ) {
        if (!midLine) {
          const kind = kindOf(text, at, last, joined, afterEvent());
          if (kind === 'unknown') {
            passRange(text, from, at);
            held = text.slice(at);
            return;
          }
          if (kind !== 'field' || bare || joined) {
            passRange(text, from, at);
            begin(kind === 'indented' ? 'field' : kind);
            from = kind === 'error' ? at + FIELD.length : kind === 'indented' ? text.indexOf(DATA, at) : at;
          }
        }
        const end = text.indexOf('\n', at);
        const next = end < 0 ? text.length : end + 1;
        last = lastOf(text, at, end < 0 ? next : end) ?? (midLine ? last : '');
        midLine = end < 0;
        if (bare && !midLine && !joined && !OPEN.test(last)) {
          passRange(text, from, next);
          from = next;
          pass('\n');
          bare = false;
          last = '';
        }
        at = next;
      }
      passRange(text, from, text.length);
    },
    end() {
      if (held !== '') pass(held);
    },
  };
}

/** `bare`: JSON or text without a field name. `more`: a continuation of the JSON before. `unknown`: more text is needed. */
type Kind = 'field' | 'indented' | 'bare' | 'error' | 'more' | 'unknown';

/** Classifies the line that begins at `at`. */
function kindOf(text: string, at: number, last: string, joined: boolean, texts: boolean): Kind {
  const open = last !== '' && OPEN.test(last);
  if (open || joined) {
    let inner = at;
    while ((text[inner] === ' ' || text[inner] === '\t') && inner < at + MAX_INDENT) inner += 1;
    const first = text[inner];
    if (first === undefined) return 'unknown';
    if ((open ? INNER : CLOSING).test(first)) return 'more';
  }
  const first = text[at];
  if (INDENT.test(first ?? '')) return indentedKind(text, at);
  if (first === OPENING_BRACE) return 'bare';
  if (first === '[') return isBeginning('[{', text, at) ?? isBeginning(DONE, text, at) ?? 'field';
  if (text.startsWith(DATA, at)) return 'field';
  if (first === 'e') {
    if (text.startsWith(FIELD, at)) return 'error';
    if (isBeginning(FIELD, text, at) !== undefined) return 'unknown';
  }
  if (!texts) return 'field';
  const word = text.slice(at, at + MAX_WORD);
  if (PLAIN.test(word)) return 'bare';
  return word.length < MAX_WORD && WORD.test(word) ? 'unknown' : 'field';
}

/** Classifies a line that begins with white space. */
function indentedKind(text: string, at: number): Kind {
  let inner = at;
  while (INDENT.test(text[inner] ?? '') && inner < at + MAX_INDENT) inner += 1;
  const data = isBeginning(DATA, text, inner);
  return data === 'bare' ? 'indented' : (data ?? 'field');
}

/** Compares the text at `at` with `whole`: `bare` if it is there, `unknown` if more text may complete it. */
function isBeginning(whole: string, text: string, at: number): 'bare' | 'unknown' | undefined {
  if (text.startsWith(whole, at)) return 'bare';
  return whole.startsWith(text.slice(at, at + whole.length)) ? 'unknown' : undefined;
}

/** Returns the last character of a range that is not white space. */
function lastOf(text: string, from: number, to: number): string | undefined {
  for (let at = to - 1; at >= from; at -= 1) if (text.charCodeAt(at) > 0x20) return text[at];
  return undefined;
}
