import { InputError } from '../input/input-error.js';
import { createValueFile, type FileFormat, type ValueFile } from '../input/value-file.js';
import { CONVERSATION_NAMES, type Entry, entryOf, PROMPT_NAMES } from './entry.js';

const LISTS: readonly string[] = ['messages', ...CONVERSATION_NAMES];

/**
 * @param name name of the file
 * @param format the file's format; undefined: detect it from the content
 * @param onEntry called with each entry and the line on which it begins
 */
export function createPromptFile(
  name: string,
  format: FileFormat | undefined,
  onEntry: (entry: Entry, line: number) => void,
): ValueFile {
  const expected = {
    name,
    ...(format !== undefined && { format }),
    columns: [...PROMPT_NAMES, ...LISTS],
    column: 'prompt',
    foreign: [
      [
        /^"?timestamp"?,.*(?:tokens|length)/i,
        'give the file to --trace: this is a trace of arrivals without text',
      ],
    ],
  } as const;
  const file = createValueFile(expected, (value, line, number) => {
    const entry = entryOf(file.format === 'csv' ? withLists(value) : value);
    if (typeof entry === 'string') throw new InputError(entry, line, number);
    onEntry(entry, line);
  });
  return file;
}

/** Parses the cells that hold messages as JSON. */
function withLists(record: unknown): unknown {
  return Object.fromEntries(
    Object.entries(record ?? {}).map(([name, cell]) => [name, LISTS.includes(name) ? parsed(cell) : cell]),
  );
}

function parsed(cell: unknown): unknown {
  if (typeof cell !== 'string' || !cell.trimStart().startsWith('[')) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
