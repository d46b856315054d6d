import { createCsv } from './csv.js';
import { InputError } from './input-error.js';
import { createJsonValues } from './json-values.js';

export const FILE_FORMATS = ['lines', 'json', 'csv'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Reads a file incrementally. Every method throws an InputError for invalid content. */
export interface ValueFile {
  feed(text: string): void;
  end(): void;
  /** Undefined until the first line is complete. */
  readonly format: FileFormat | undefined;
}

/** What a file may contain. */
export interface Expected {
  /** The file's name. Plain text in a .json or .csv file is an error. */
  readonly name: string;
  /** The format; by default it is detected from the content. */
  readonly format?: FileFormat;
  /** Column names in lower case; a table must have one of them. */
  readonly columns: readonly string[];
  /** Returns whether a name that is not in `columns` is expected, too. */
  readonly isColumn?: (name: string) => boolean;
  /** The column that a table with one column must have. */
  readonly column?: string;
  /** Patterns of the beginnings of other kinds of file, with an error message for each. */
  readonly foreign: readonly (readonly [RegExp, string])[];
}

/** Called with a string or JSON value, the line on which it begins, and in a list its number, from 1. */
export type OnValue = (value: unknown, line: number, entry?: number) => void;

type Parser = Pick<ValueFile, 'feed' | 'end'>;

/** The format is detected from the first line, or from this many characters of it. */
const HEAD = 64 * 1024;
const JSON_BEGIN = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[[{"\]]|$))/;
const FOREIGN: Expected['foreign'] = [
  [/^\s*<(?:!doctype|html|\?xml)/i, 'this is a web page or XML'],
  [/^version https:\/\/git-lfs/, 'fetch the file with "git lfs pull": this is a pointer of Git LFS'],
  [/^PAR1/, 'convert the file to JSON Lines: this is Parquet'],
];

/** Creates a reader for a file whose entries are plain lines, JSON values or records of comma-separated values. */
export function createValueFile(expected: Expected, onValue: OnValue): ValueFile {
  let head: string | undefined = '';
  let format: FileFormat | undefined;
  let parser: Parser | undefined;

  const recognise = (text: string): void => {
    head = undefined;
    const foreign = [...FOREIGN, ...expected.foreign].find(([pattern]) => pattern.test(text));
    if (foreign !== undefined) throw new InputError(foreign[1], 1);
    const delimiter = delimiterOf(text, expected);
    format = expected.format ?? formatOf(text, delimiter, expected);
    if (format === 'json') parser = createJsonValues(onValue);
    else if (format === 'csv') parser = createTable(delimiter ?? ',', onValue);
    else parser = createLines(onValue);
    parser.feed(text);
  };

  return {
    get format() {
      return format;
    },
    feed(text) {
      if (head === undefined) return parser?.feed(text);
      head += text;
      if (head.length >= HEAD || /\S[^\n]*\n/.test(head)) recognise(head);
    },
    end() {
      if (head !== undefined) recognise(head);
      parser?.end();
    },
  };
}

function formatOf(text: string, delimiter: string | undefined, { name, columns }: Expected): FileFormat {
  if (JSON_BEGIN.test(text)) return 'json';
  if (delimiter !== undefined) return 'csv';
  if (/\.(?:json|jsonl|ndjson)$/i.test(name)) {
    throw new InputError('this is not JSON, although the file name says so', 1);
  }
  if (/\.(?:csv|tsv)$/i.test(name)) throw new InputError(`no column is named ${columns.join(', ')}`, 1);
  return 'lines';
}

/** Returns the delimiter of a table with an expected column; undefined when the first line is not such a header. */
function delimiterOf(text: string, { columns, column, isColumn }: Expected): string | undefined {
  const [first = ''] = text.trimStart().split('\n', 1);
  return [',', ';', '\t'].find((delimiter) => {
    const names = first.split(delimiter).map(columnName);
    return names.length > 1
      ? names.some((name) => columns.includes(name) || isColumn?.(name))
      : names[0] === column;
  });
}

const columnName = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();

/** Each line is an entry. */
function createLines(onValue: OnValue): Parser {
  let line = 1;
  let rest = '';
  const take = (text: string): void => {
    if (text.includes('\0')) throw new InputError('this is not text', line);
    const entry = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (entry.trim() !== '') onValue(entry, line);
  };
  return {
    feed(text) {
      const [first = '', ...others] = text.split('\n');
      rest += first;
      for (const other of others) {
        take(rest);
        line += 1;
        rest = other;
      }
    },
    end: () => take(rest),
  };
}

/** Reads a table. The first record names the columns; each other record becomes an object. */
function createTable(delimiter: string, onValue: OnValue): Parser {
  let names: readonly string[] | undefined;
  return createCsv(delimiter, (cells, line) => {
    if (names === undefined) {
      names = cells.map(columnName);
      return;
    }
    if (cells.length !== names.length) {
      throw new InputError(
        `this record has ${cells.length} columns, and the first line has ${names.length}`,
        line,
      );
    }
    onValue(Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ''])), line);
  });
}
