import type { AddHelpTextContext } from 'commander';

/** The width for a terminal of unknown size. */
const USUAL_COLUMNS = 80;
/**
 * The notes are written in lines of up to 120 characters: a paragraph continues after a line that is almost as long.
 */
const FULL_LINE = 90;
/** A row of a table: its first column with the gap behind it, or a word with a colon. */
const FIRST_COLUMN = /^ *\S+(?: \S+)* {2,}(?=\S)|^ {2}[a-z]+: (?=\S)/;

/**
 * Returns the notes after a command's list of flags, wrapped for the terminal. Indented lines without columns stay
 * whole: they are commands.
 */
export function helpNotes(text: string): (context: AddHelpTextContext) => string {
  return ({ command }) => {
    const columns = command.configureOutput().getOutHelpWidth?.() ?? USUAL_COLUMNS;
    return paragraphs(text)
      .flatMap((line) => wrapped(line, columns))
      .join('\n');
  };
}

function paragraphs(text: string): string[] {
  const joined: string[] = [];
  let continues = false;
  for (const line of text.split('\n')) {
    const isProse = /^\S/.test(line) && !FIRST_COLUMN.test(line);
    if (continues && isProse) joined.push(`${joined.pop()} ${line}`);
    else joined.push(line);
    continues = isProse && line.length >= FULL_LINE;
  }
  return joined;
}

function wrapped(line: string, columns: number): string[] {
  const [first = ''] = FIRST_COLUMN.exec(line) ?? [];
  if (line.length <= columns || (first === '' && line.startsWith(' '))) return [line];
  const rows: string[] = [];
  let row = first;
  for (const word of line.slice(first.length).split(' ')) {
    const isStart = row.trim() === '' || row === first;
    if (!isStart && row.length + 1 + word.length > columns) {
      rows.push(row);
      row = ' '.repeat(first.length) + word;
    } else row += isStart ? word : ` ${word}`;
  }
  return [...rows, row];
}
