import { messageOf } from '../../common/errors.js';
import { InputError } from './input-error.js';

/** The longest single value, in characters. */
const MAX_VALUE = 64 * 1024 * 1024;
/** Characters that the scanner must not skip, within a string and outside of strings. */
const IN_TEXT = /["\\\n]/g;
const OUTSIDE = /["{}[\]\n,]/g;
const BLANK = /\s/;

/**
 * Parses JSON values incrementally: the items of one list, or values separated by white space, such as JSON Lines.
 * @param onValue called with each value, the line on which it begins, and in a list its number, from 1
 * @returns `feed` and `end` throw an InputError for invalid JSON
 */
export function createJsonValues(onValue: (value: unknown, line: number, entry?: number) => void) {
  let list: 'unknown' | 'open' | 'closed' | 'none' = 'unknown';
  let line = 1;
  let startLine = 1;
  /** Number of open brackets in the current value. */
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
      throw new InputError(`this is not valid JSON: ${messageOf(error)}`, startLine, entry());
    }
    onValue(value, startLine, entry());
  };

  /** Skips the text between values; returns the start of the next value or the end of the text. */
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
    if (list === 'closed') throw new InputError('the file continues after the end of the list', line);
    if (list === 'unknown') list = 'none';
    if (list === 'none' && text.charAt(at) !== '{') {
      throw new InputError('this is not a JSON object', line);
    }
    startLine = line;
    count += 1;
    return at;
  };

  /** Continues the current value at `from`; returns the end of the value or of the text. */
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
          throw new InputError(
            'this is not valid JSON: a string has no closing quotation mark',
            line,
            entry(),
          );
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
          // Taking the first character immediately makes `length` positive, which marks a current value.
          if (at < text.length) at = begin(text, at);
        }
      }
    },
    end(): void {
      if (length > 0)
        throw new InputError(
          'this is not valid JSON: the value that begins here does not end',
          startLine,
          entry(),
        );
      if (list === 'open') throw new InputError('the list at the beginning of the file does not end', line);
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
