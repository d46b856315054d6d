import { isRecord } from '../../common/json.js';
import { createGrowingList, type GrowingList, jsonNumbers } from './number-list.js';

/** The name of an object that stands for a list in the rest of the text. A zero character is in no name of a report. */
const LIST = '\0list';
/** Shorter lists stay in the rest of the text. */
const SHORT_CHARS = 1024;
/** A list is parsed in parts of about this length. */
const PART_CHARS = 64 * 1024;

/** Reads a text with one JSON value incrementally. */
export interface ReportReader {
  feed(text: string): void;
  /**
   * Returns the value. Long lists of numbers are a `Float64Array`, with NaN for null.
   * @throws {SyntaxError} when the text is not JSON
   */
  end(): unknown;
}

/**
 * Creates a reader for a report, which can be longer than a string can be: almost all of its text is long lists of
 * numbers. The reader parses each of them while it arrives, and the rest of the text at the end.
 * `feed` throws a SyntaxError for an invalid list, and for a text that is no object or list: it may be very long, too.
 */
export function createReportReader(): ReportReader {
  const lists: Float64Array[] = [];
  const rest: string[] = [];
  /** The list of numbers that has not ended; undefined outside of such lists. */
  let list: OpenList | undefined;
  let inText = false;
  let escaped = false;
  let begun = false;

  const keep = (piece: string): void => {
    if (list === undefined) rest.push(piece);
    else list.feed(piece);
  };
  /** The list contains more than numbers, so it stays in the rest of the text. */
  const leaveList = (): void => {
    if (list !== undefined) rest.push(list.text());
    list = undefined;
  };
  const endList = (open: OpenList): void => {
    list = undefined;
    const numbers = open.end();
    rest.push(numbers === undefined ? open.text() : JSON.stringify({ [LIST]: lists.push(numbers) - 1 }));
  };

  return {
    feed(text) {
      let at = 0;
      if (!begun) {
        const [start] = text.trimStart();
        begun = start !== undefined;
        if (start !== undefined && start !== '{' && start !== '[') throw new SyntaxError('not JSON');
      }
      while (at < text.length) {
        if (escaped) {
          keep(text.charAt(at));
          at += 1;
          escaped = false;
          continue;
        }
        const marks = inText ? /["\\]/g : /["[\]{}]/g;
        marks.lastIndex = at;
        const found = marks.exec(text);
        const end = found === null ? text.length : found.index + 1;
        const char = found?.[0];
        if (!inText && (char === '[' || char === '{' || char === '"')) leaveList();
        if (char === '[' && !inText) {
          rest.push(text.slice(at, end - 1));
          list = openList();
        } else keep(text.slice(at, end));
        if (char === '"') inText = !inText;
        else if (char === '\\') escaped = true;
        else if (char === ']' && !inText && list !== undefined) endList(list);
        at = end;
      }
    },
    end() {
      leaveList();
      return JSON.parse(rest.join(''), (_name, value) => {
        const place = isRecord(value) ? value[LIST] : undefined;
        return typeof place === 'number' ? lists[place] : value;
      });
    },
  };
}

type OpenList = ReturnType<typeof openList>;

/** Parses a list of numbers in parts. `feed` and `end` throw a SyntaxError when it holds something else. */
function openList() {
  let pieces = ['['];
  let chars = 1;
  let numbers: GrowingList | undefined;

  const parse = (text: string): void => {
    const values: unknown = JSON.parse(text);
    // Between two commas is a number.
    if (!Array.isArray(values) || values.length === 0) throw new SyntaxError('a number is missing');
    numbers ??= createGrowingList();
    numbers.add(values);
  };
  return {
    feed(piece: string): void {
      pieces.push(piece);
      chars += piece.length;
      if (chars < PART_CHARS || piece.endsWith(']')) return;
      const text = pieces.join('');
      const comma = text.lastIndexOf(',');
      if (comma > 0) parse(`${text.slice(0, comma)}]`);
      pieces = [comma > 0 ? `[${text.slice(comma + 1)}` : text];
      chars = pieces[0]?.length ?? 0;
    },
    /** Returns the list; undefined when it is short, and `text` has it. */
    end(): Float64Array | undefined {
      if (numbers === undefined && chars < SHORT_CHARS) return undefined;
      parse(pieces.join(''));
      return numbers?.list();
    },
    /** Returns the list so far as text. */
    text(): string {
      const rest = pieces.join('');
      if (numbers === undefined) return rest;
      return `${JSON.stringify(jsonNumbers(numbers.list())).slice(0, -1)},${rest.slice(1)}`;
    },
  };
}
