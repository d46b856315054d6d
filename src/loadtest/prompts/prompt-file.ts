import { createCsv } from './csv.js';
import { CONVERSATION_NAMES, type Entry, entryOf, PROMPT_NAMES } from './entry.js';
import { createJsonValues } from './json-values.js';
import { PromptFileError } from './prompt.js';

export const PROMPT_FORMATS = ['lines', 'json', 'csv'] as const;
export type PromptFormat = (typeof PROMPT_FORMATS)[number];

/** Reads a file of prompts, however it is cut; every method throws a PromptFileError at what is none. */
export interface PromptFileReader {
  feed(text: string): void;
  end(): void;
  /** Known after the first line. */
  readonly format: PromptFormat | undefined;
}

interface Parser {
  feed(text: string): void;
  end(): void;
}

/** What is looked at to recognise the format: the first line, or so many characters of it. */
const HEAD = 64 * 1024;
const JSON_BEGIN = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[[{"\]]|$))/;
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^\s*<(?:!doctype|html|\?xml)/i, 'it is a web page or XML'],
  [/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS: fetch the file itself (git lfs pull)'],
  [/^PAR1/, 'it is Parquet: convert it to JSON Lines'],
  [
    /^"?timestamp"?,.*(?:tokens|length)/i,
    'it is a trace of arrivals and has no text: give the file to --trace',
  ],
];

/**
 * @param name of the file: what it ends with makes plain text in a .json or .csv an error
 * @param format instead of recognising it by the content
 * @param onEntry gets each entry, and the line on which it begins
 */
export function createPromptFile(
  name: string,
  format: PromptFormat | undefined,
  onEntry: (entry: Entry, line: number) => void,
): PromptFileReader {
  let head: string | undefined = '';
  let found: PromptFormat | undefined;
  let parser: Parser | undefined;

  const onValue = (value: unknown, line: number, number?: number): void => {
    const entry = entryOf(value);
    if (typeof entry === 'string') throw new PromptFileError(entry, line, number);
    onEntry(entry, line);
  };
  const recognise = (text: string): void => {
    head = undefined;
    const foreign = FOREIGN.find(([pattern]) => pattern.test(text));
    if (foreign !== undefined) throw new PromptFileError(foreign[1], 1);
    const delimiter = delimiterOf(text);
    found = format ?? formatOf(text, delimiter, name);
    if (found === 'json') parser = createJsonValues(onValue);
    else if (found === 'csv') parser = createTable(delimiter ?? ',', onValue);
    else parser = createLines(onValue);
    parser.feed(text);
  };

  return {
    get format() {
      return found;
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

function formatOf(text: string, delimiter: string | undefined, name: string): PromptFormat {
  if (JSON_BEGIN.test(text)) return 'json';
  if (delimiter !== undefined) return 'csv';
  if (/\.(?:json|jsonl|ndjson)$/i.test(name))
    throw new PromptFileError('it is no JSON, as the name of the file says', 1);
  if (/\.(?:csv|tsv)$/i.test(name)) {
    throw new PromptFileError(`no column is named ${[...PROMPT_NAMES, 'messages'].join(', ')}`, 1);
  }
  return 'lines';
}

const COLUMNS: readonly string[] = [...PROMPT_NAMES, ...CONVERSATION_NAMES, 'messages'];

/** What separates the columns, where the first line is the head of a table with prompts. */
function delimiterOf(text: string): string | undefined {
  const [first = ''] = text.trimStart().split('\n', 1);
  return [',', ';', '\t'].find((delimiter) => {
    const names = first.split(delimiter).map(columnName);
    return names.length > 1 ? names.some((name) => COLUMNS.includes(name)) : names[0] === 'prompt';
  });
}

const columnName = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();

/** A prompt a line. */
function createLines(onValue: (value: string, line: number) => void): Parser {
  let line = 1;
  let rest = '';
  const take = (text: string): void => {
    if (text.includes('\0')) throw new PromptFileError('it is no text', line);
    const prompt = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (prompt.trim() !== '') onValue(prompt, line);
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

/** A prompt a record; the first record names the columns. */
function createTable(delimiter: string, onValue: (value: unknown, line: number) => void): Parser {
  let names: readonly string[] | undefined;
  return createCsv(delimiter, (cells, line) => {
    if (names === undefined) {
      names = cells.map(columnName);
      return;
    }
    if (cells.length !== names.length) {
      throw new PromptFileError(
        `it has ${cells.length} columns, and the first line has ${names.length}`,
        line,
      );
    }
    onValue(Object.fromEntries(names.map((name, column) => [name, cellOf(name, cells[column] ?? '')])), line);
  });
}

/** Messages stand in a cell as JSON. */
function cellOf(name: string, text: string): unknown {
  const listed = name === 'messages' || CONVERSATION_NAMES.some((one) => one === name);
  if (!listed || !text.trimStart().startsWith('[')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
