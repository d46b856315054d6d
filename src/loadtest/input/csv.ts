import { InputError } from './input-error.js';

/** The longest record, in characters. */
const MAX_RECORD = 64 * 1024 * 1024;

/**
 * Parses comma-separated values incrementally (RFC 4180). Skips blank lines.
 * @param onRecord called with each record and the line on which it begins
 * @returns `feed` and `end` throw an InputError for an unclosed or misplaced quotation mark
 */
export function createCsv(delimiter: string, onRecord: (cells: readonly string[], line: number) => void) {
  let line = 1;
  let startLine = 1;
  let cells: string[] = [];
  let cell = '';
  let length = 0;
  /** `closed`: after a quotation mark in a quoted cell. It ends the cell, or is the first half of an escaped one. */
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';

  const add = (text: string): void => {
    length += text.length;
    if (length > MAX_RECORD) throw new InputError(`a record is over ${MAX_RECORD} characters`, startLine);
    cell += text;
  };
  const endCell = (): void => {
    cells.push(state === 'plain' && cell.endsWith('\r') ? cell.slice(0, -1) : cell);
    cell = '';
    state = 'start';
  };
  const endRecord = (): void => {
    const blank = cells.length === 0 && state !== 'closed' && cell.trim() === '';
    endCell();
    if (!blank) onRecord(cells, startLine);
    cells = [];
    length = 0;
    startLine = line;
  };
  const quoted = (text: string, from: number): number => {
    const quote = text.indexOf('"', from);
    const part = text.slice(from, quote === -1 ? text.length : quote);
    for (const char of part) if (char === '\n') line += 1;
    add(part);
    if (quote !== -1) state = 'closed';
    return quote === -1 ? text.length : quote + 1;
  };
  const outside = (char: string): void => {
    if (char === '\n') {
      line += 1;
      endRecord();
    } else if (char === delimiter) endCell();
    else if (char === '"' && state === 'closed') {
      add(char);
      state = 'quoted';
    } else if (char === '"' && state === 'start') state = 'quoted';
    else if (state !== 'closed') {
      add(char);
      state = 'plain';
    } else if (char !== '\r') {
      throw new InputError('a cell continues after its closing quotation mark', line);
    }
  };

  return {
    feed(text: string): void {
      for (let at = 0; at < text.length; ) {
        if (state === 'quoted') at = quoted(text, at);
        else {
          outside(text.charAt(at));
          at += 1;
        }
      }
    },
    end(): void {
      if (state === 'quoted') throw new InputError('a cell has no closing quotation mark', startLine);
      if (cells.length > 0 || cell !== '' || state !== 'start') endRecord();
    },
  };
}
