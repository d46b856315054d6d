import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createKeyParser } from '../../../../src/ui/keys/bytes/key-parser.js';

/** The rows of the table in docs/keys.md: a key, its bytes in each group of terminals, and the source. */
const ROWS = readFileSync(new URL('../../../../docs/keys.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!key |--)\S/.test(line) && line.split('|').length === 10)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** @returns undefined for a key that the terminal doesn't send */
function cellBytes(cell: string): { bytes: string; key: string | undefined } | undefined {
  if (cell === '–') return undefined;
  const match = /^`(.+)`(?: (.+))?$/.exec(cell);
  if (match === null) throw new Error(`docs/keys.md has a cell that is none: ${cell}`);
  const [, written = '', key] = match;
  const bytes = written
    .replace(/\bESC\b ?/g, '\x1b')
    .replace(/\bCSI /g, '\x1b[')
    .replace(/\bSS3 /g, '\x1bO')
    .replace(/\^(.)/g, (_, char: string) =>
      char === '?' ? '\x7f' : String.fromCharCode(char.charCodeAt(0) & 31),
    )
    .replaceAll(' ', '');
  return { bytes, key };
}

describe('the table of terminals', () => {
  test('has at least 40 keys', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(ROWS.map((cells) => [cells[0] ?? '', cells.slice(1, -1)] as const))(
    'the bytes of %s give the documented key in every terminal',
    (key, cells) => {
      for (const cell of cells) {
        const found = cellBytes(cell);
        if (found === undefined) continue;
        const parser = createKeyParser();
        const events = [...parser.feed(Buffer.from(found.bytes)), ...parser.timeout()];
        expect(events, cell).toEqual([{ kind: 'key', name: found.key ?? key }]);
      }
    },
  );
});
