import { isRecord } from '../../common/json.js';

/** The name of an object that stands for a list in the rest of the text. A zero character is in no name of a report. */
const LIST = '\0list';
/** Shorter lists stay in the rest of the text. */
const SHORT_CHARS = 1024;

/** Reads a text with one JSON value incrementally. */
export interface ReportReader {
  feed(text: string): void;
  /** Returns the value. @throws {SyntaxError} when the text is not JSON */
  end(): unknown;
}

/**
 * Creates a reader for a report, which can be longer than a string can be: almost all of its text is long lists of
 * numbers. The reader parses each of them when it ends, and the rest of the text at the end.
 * `feed` throws a SyntaxError for an invalid list.
 */
export function createReportReader(): ReportReader {
  const lists: unknown[] = [];
  const rest: string[] = [];
  /** The text of a list of numbers that has not ended; undefined outside of such lists. */
  let list: string[] | undefined;
  let inText = false;
  let escaped = false;

  const keep = (piece: string): void => {
    (list ?? rest).push(piece);
  };
  /** The list contains more than numbers, so it stays in the rest of the text. */
  const leaveList = (): void => {
    if (list !== undefined) rest.push(...list);
    list = undefined;
  };
  const endList = (): void => {
    const text = list?.join('') ?? '';
    list = undefined;
    rest.push(
      text.length < SHORT_CHARS ? text : JSON.stringify({ [LIST]: lists.push(JSON.parse(text)) - 1 }),
    );
  };

  return {
    feed(text) {
      let at = 0;
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
          list = ['['];
        } else keep(text.slice(at, end));
        if (char === '"') inText = !inText;
        else if (char === '\\') escaped = true;
        else if (char === ']' && !inText && list !== undefined) endList();
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
