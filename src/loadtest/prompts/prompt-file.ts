import { isRecord } from '../../common/json.js';
import { InputError } from '../input/input-error.js';
import { createValueFile, type FileFormat, type ValueFile } from '../input/value-file.js';
import { CONVERSATION_NAMES, type Entry, entryOf, IS_TRACE, promptIn } from './entry.js';
import { PROMPT_NAMES } from './question.js';
import { isIndexed } from './turn-list.js';

const LISTS: readonly string[] = ['messages', ...CONVERSATION_NAMES];

/**
 * @param name name of the file
 * @param format the file's format; undefined: detect it from the content
 * @param onEntry called with each entry, the line on which it begins, and the value that it was read from
 */
export function createPromptFile(
  name: string,
  format: FileFormat | undefined,
  onEntry: (entry: Entry, line: number, value: unknown) => void,
): ValueFile {
  const expected = {
    name,
    ...(format !== undefined && { format }),
    columns: [...PROMPT_NAMES, ...LISTS],
    isColumn: isIndexed,
    column: 'prompt',
    foreign: [[/^"?timestamp"?,.*(?:tokens|length)/i, IS_TRACE]],
  } as const;
  const read = (value: unknown, line: number, number?: number): void => {
    const entry = entryOf(value);
    if (typeof entry === 'string') throw new InputError(entry, line, number);
    onEntry(entry, line, value);
  };
  const file = createValueFile(expected, (value, line, number) => {
    const wrapped = wrappedIn(value);
    if (wrapped === undefined) read(file.format === 'csv' ? withLists(value) : value, line, number);
    else for (const [index, one] of wrapped.entries()) read(one, line, index + 1);
  });
  return file;
}

/**
 * Returns the entries of an object that contains all entries of a file; undefined when the object is itself an entry.
 */
export function wrappedIn(value: unknown): readonly unknown[] | undefined {
  return isRecord(value) && Array.isArray(value.data) && promptIn(value) === undefined
    ? value.data
    : undefined;
}

/** Parses cells that contain messages as JSON. */
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
