import { createCsv } from './csv.js';
import { InputError } from './input-error.js';
import { createJsonValues } from './json-values.js';

export const FILE_FORMATS = ['lines', 'json', 'csv'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Reads a file, however it is cut; every method throws an InputError at what it should not be. */
export interface ValueFile {
  feed(text: string): void;
  end(): void;
  /** Known after the first line. */
  readonly format: FileFormat | undefined;
}

/** What is expected of a file. */
export interface Expected {
  /** What it ends with makes plain text in a .json or .csv an error. */
  readonly name: string;
  /** Instead of recognising it by the content. */
  readonly format?: FileFormat;
  /** Columns of a table, one of which it must have; small letters. */
  readonly columns: readonly string[];
  /** The one that may be the only column. */
  readonly column?: string;
  /** What begins a file that is another thing, and what that is. */
  readonly foreign: readonly (readonly [RegExp, string])[];
}

/** Gets a text, an object or whatever JSON has, the line on which it begins, and in a list its number, from 1. */
export type OnValue = (value: unknown, line: number, entry?: number) => void;

type Parser = Pick<ValueFile, 'feed' | 'end'>;

/** What is looked at to recognise the format: the first line, or so many characters of it. */
const HEAD = 64 * 1024;
const JSON_BEGIN = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[[{"\]]|$))/;
const FOREIGN: Expected['foreign'] = [
  [/^\s*<(?:!doctype|html|\?xml)/i, 'it is a web page or XML'],
  [/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS: fetch the file itself (git lfs pull)'],
  [/^PAR1/, 'it is Parquet: convert it to JSON Lines'],
];

/** A file of plain lines, of JSON values or of comma-separated values, one of which each entry is. */
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
    throw new InputError('it is no JSON, as the name of the file says', 1);
  }
  if (/\.(?:csv|tsv)$/i.test(name)) throw new InputError(`no column is named ${columns.join(', ')}`, 1);
  return 'lines';
}

/** What separates the columns, where the first line is the head of a table as expected. */
function delimiterOf(text: string, { columns, column }: Expected): string | undefined {
  const [first = ''] = text.trimStart().split('\n', 1);
  return [',', ';', '\t'].find((delimiter) => {
    const names = first.split(delimiter).map(columnName);
    return names.length > 1 ? names.some((name) => columns.includes(name)) : names[0] === column;
  });
}

const columnName = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();

/** An entry a line. */
function createLines(onValue: OnValue): Parser {
  let line = 1;
  let rest = '';
  const take = (text: string): void => {
    if (text.includes('\0')) throw new InputError('it is no text', line);
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

/** An entry a record, as an object; the first record names the columns. */
function createTable(delimiter: string, onValue: OnValue): Parser {
  let names: readonly string[] | undefined;
  return createCsv(delimiter, (cells, line) => {
    if (names === undefined) {
      names = cells.map(columnName);
      return;
    }
    if (cells.length !== names.length) {
      throw new InputError(`it has ${cells.length} columns, and the first line has ${names.length}`, line);
    }
    onValue(Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ''])), line);
  });
}
