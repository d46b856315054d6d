import { messageOf } from '../../common/errors.js';
import { InputError } from './input-error.js';

/** The longest single value, in characters. */
const MAX_VALUE = 64 * 1024 * 1024;
/** What ends a stretch that needs no look: of a text, and of everything else. */
const IN_TEXT = /["\\\n]/g;
const OUTSIDE = /["{}[\]\n,]/g;
const BLANK = /\s/;

/**
 * Takes JSON values apart that stand in one list, or one after another with blanks between them (JSON Lines too),
 * however the text is cut.
 * @param onValue gets each value, the line on which it begins, and in a list its number, from 1
 * @returns `feed` and `end` throw a InputError at what is no JSON
 */
export function createJsonValues(onValue: (value: unknown, line: number, entry?: number) => void) {
  let list: 'unknown' | 'open' | 'closed' | 'none' = 'unknown';
  let line = 1;
  let startLine = 1;
  /** Of the value at hand: how many brackets are open. */
  let depth = 0;
  let inText = false;
  let escaped = false;
  let pieces: string[] = [];
  let length = 0;
  let count = 0;
  const entry = (): number | undefined => (list === 'open' ? count : undefined);

  const keep = (piece: string): void => {
    length += piece.length;
    if (length > MAX_VALUE)
      throw new InputError(`a value is over ${MAX_VALUE} characters`, startLine, entry());
    pieces.push(piece);
  };
  const finish = (): void => {
    const text = pieces.join('');
    pieces = [];
    length = 0;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new InputError(`it is no JSON: ${messageOf(error)}`, startLine, entry());
    }
    onValue(value, startLine, entry());
  };

  /** Takes what stands between values; returns where the next value begins, or the end of the text. */
  const between = (text: string, from: number): number => {
    let at = from;
    for (; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (char === '\n') line += 1;
      else if (BLANK.test(char) || (char === ',' && list === 'open')) continue;
      else if (char === '[' && list === 'unknown') list = 'open';
      else if (char === ']' && list === 'open') list = 'closed';
      else break;
    }
    if (at === text.length) return at;
    if (list === 'closed') throw new InputError('something stands after the end of the list', line);
    if (list === 'unknown') list = 'none';
    if (list === 'none' && text.charAt(at) !== '{') {
      throw new InputError('it is no JSON object, as the lines before are', line);
    }
    startLine = line;
    count += 1;
    return at;
  };

  /** Takes the value at hand on from `from`; returns where it, or the text, ends. */
  const within = (text: string, from: number): number => {
    let at = from;
    while (at < text.length) {
      if (escaped) {
        escaped = false;
        at += 1;
        continue;
      }
      const stop = inText ? IN_TEXT : OUTSIDE;
      stop.lastIndex = at;
      const found = stop.exec(text);
      if (found === null) break;
      const char = found[0];
      at = found.index + 1;
      if (inText) {
        if (char === '\n')
          throw new InputError('it is no JSON: a text has no closing quotation mark', line, entry());
        if (char === '\\') escaped = true;
        else {
          inText = false;
          if (depth === 0) return ended(text, from, at);
        }
      } else if (char === '"') inText = true;
      else if (char === '{' || char === '[') depth += 1;
      else if (depth === 0) return ended(text, from, found.index);
      else if (char === '\n') line += 1;
      else if (char !== ',') {
        depth -= 1;
        if (depth === 0) return ended(text, from, at);
      }
    }
    keep(text.slice(from));
    return text.length;
  };
  const ended = (text: string, from: number, at: number): number => {
    keep(text.slice(from, at));
    finish();
    return at;
  };

  return {
    feed(text: string): void {
      for (let at = 0; at < text.length; ) {
        if (length > 0) at = within(text, at);
        else {
          at = between(text, at);
          // A value's first character is taken at once, so that one is at hand from then on.
          if (at < text.length) at = begin(text, at);
        }
      }
    },
    end(): void {
      if (length > 0)
        throw new InputError('it is no JSON: the value that begins here does not end', startLine, entry());
      if (list === 'open') throw new InputError('the list that the file begins with does not end', line);
    },
  };

  function begin(text: string, at: number): number {
    const char = text.charAt(at);
    if (char === '{' || char === '[') depth = 1;
    else if (char === '"') inText = true;
    keep(char);
    return at + 1;
  }
}
