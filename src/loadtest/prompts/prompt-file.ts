import { InputError } from '../input/input-error.js';
import { createValueFile, type FileFormat, type ValueFile } from '../input/value-file.js';
import { CONVERSATION_NAMES, type Entry, entryOf, PROMPT_NAMES } from './entry.js';

const LISTS: readonly string[] = ['messages', ...CONVERSATION_NAMES];

/**
 * @param name of the file
 * @param format instead of recognising it by the content
 * @param onEntry gets each entry, and the line on which it begins
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
        'it is a trace of arrivals and has no text: give the file to --trace',
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

/** Messages stand in a cell as JSON. */
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
