import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region } from '../../../src/ui/screen/frame.js';
import { createPainter, type Painter } from '../../../src/ui/screen/painter.js';
import type { Line } from '../../../src/ui/style/line.js';
import { colourTheme, plainTheme } from '../../../src/ui/style/theme.js';
import { createScreen, type Screen } from '../../support/screen/screen.js';

const COLUMNS = 24;
const ROWS = 4;

interface Painted {
  screen: Screen;
  painter: Painter;
  /** Paints these rows at the top left; resolves when the terminal shows them. */
  show(rows: readonly Line[], more?: Partial<Region>): Promise<void>;
}

function start(theme = plainTheme, terminal?: { graphemes: boolean }): Painted {
  const screen = createScreen(COLUMNS, ROWS, terminal);
  const painter = createPainter(screen.stdout, theme);
  painter.begin();
  const owner = {};
  return {
    screen,
    painter,
    async show(rows, more = {}) {
      painter.show(owner, { place: () => ({ x: 0, y: 0 }), rows, width: COLUMNS, ...more });
      await painter.painted();
      await new Promise<void>((resolve) => void screen.stdout.write('', () => resolve()));
    },
  };
}

/** The whole screen with its styles. */
const seen = ({ screen }: Painted): unknown => ({ cells: screen.cells(), cursor: screen.cursor() });

describe('the screen', () => {
  const grapheme = fc.constantFrom(...'ab 1│─▌é', '世', '量', '👩‍👧', '🇩🇪', '❤️', 'e\u0301', ' ', ' ');
  const tone = fc.constantFrom('plain', 'dim', 'accent', 'match' as const);
  const span = fc.tuple(tone, fc.string({ unit: grapheme, maxLength: 12 }));
  const rows = fc.array(fc.array(span, { maxLength: 4 }), { maxLength: ROWS });

  test("doesn't depend on its earlier contents", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 2, maxLength: 4 }), async (frames) => {
        const [painted, fresh] = [start(colourTheme), start(colourTheme)];
        const cursor = { x: 3, y: 1 };
        for (const frame of frames) await painted.show(frame, { cursor });
        await fresh.show(frames.at(-1) ?? [], { cursor });
        expect(seen(painted)).toEqual(seen(fresh));
      }),
      { numRuns: 60 },
    );
  });

  test('has links that open their address after any part of them is repainted', async () => {
    const { screen, show } = start(colourTheme);
    await show([['see ', ['link', 'the docs', 'https://e.example/a'], ' now']]);
    expect(screen.written).toMatch(
      /see \x1b\]8;id=\w+;https:\/\/e\.example\/a\x1b\\\x1b\[4mthe docs\x1b\[24m\x1b\]8;;\x1b\\ now/,
    );
    await show([['see ', ['link', 'the docs', 'https://e.example/b'], ' now']]);
    expect(screen.written).toMatch(/b\x1b\\\x1b\[4mthe docs\x1b\[24m\x1b\]8;;\x1b\\\x1b\[\?2026l$/);
    expect(screen.rows()[0]).toBe('see the docs now');
  });

  test('keeps neighbouring regions in place, even beside an emoji, and when one of them moves', async () => {
    const { screen, painter, show } = start();
    const beside = { place: { x: 12, y: 0 } };
    painter.show(beside, { place: () => beside.place, rows: [['right'], ['below']], width: 12 });
    await show([['a👩‍👧b'], ['second']], { width: 12 });
    expect(screen.rows().slice(0, 2)).toEqual(['a👩‍👧b        right', 'second      below']);
    beside.place = { x: 12, y: 1 };
    await show([['longer than its place'], ['second']], { width: 12 });
    expect(screen.rows().slice(0, 3)).toEqual(['longer than', 'second      right', '            below']);
    painter.remove(beside);
    await show([['left']], { width: 12 });
    expect(screen.text().trim()).toBe('left');
  });

  test('has no control characters for any content of a line', async () => {
    const { screen, show } = start();
    await show([['a\x1b[2Jb\x1b]0;title\x07c\x9b31md\u202ee']]);
    expect(screen.rows()[0]).toBe('a[2Jb]0;titlec31md‹RLO›e');
    expect(screen.events).toEqual([]);
  });

  test('is drawn again at another size', async () => {
    const { screen, show } = start();
    await show([['one'], ['two'], ['three'], ['four']]);
    screen.resize(10, 2);
    await show([['first'], ['second and more']], { width: 10 });
    expect(screen.rows()).toEqual(['first', 'second and']);
    screen.resize(COLUMNS, ROWS);
    await show([['again']]);
    expect(screen.text().trim()).toBe('again');
  });
});

describe('the output', () => {
  test('has only changes, in one write that the terminal shows at once', async () => {
    const { screen, show } = start();
    await show([['the first words', ['accent', '▌']], ['another row']]);
    const before = screen.written.length;
    await show([['the first words of it', ['accent', '▌']], ['another row']]);
    const update = screen.written.slice(before);
    expect(update).toBe('\x1b[?2026h\x1b[1;16H of it▌\x1b[?2026l');
    await show([['the first words of it', ['accent', '▌']], ['another row']]);
    expect(screen.written.length).toBe(before + update.length);
  });

  test('repaints the whole row with an emoji, because terminals disagree on its width', async () => {
    const { screen, show } = start();
    await show([['hearts ❤️ and more']]);
    const before = screen.written.length;
    await show([['hearts ❤️ and none']]);
    expect(screen.written.slice(before)).toBe(
      '\x1b[?2026h\x1b[?7l\x1b[1;1H\x1b[K\x1b[1Ghearts ❤️ and none\x1b[?7h\x1b[?2026l',
    );
  });

  test('joins changes of the same turn', async () => {
    const { screen, painter, show } = start();
    const other = {};
    for (const word of ['one', 'two', 'three']) {
      painter.show(other, { place: () => ({ x: 0, y: 1 }), rows: [[word]], width: COLUMNS });
    }
    await show([['first']]);
    expect(screen.written.split('\x1b[?2026h')).toHaveLength(2);
    expect(screen.written).not.toContain('two');
  });

  test("skips frames that a slow terminal can't keep up with", async () => {
    const { screen, painter } = start();
    const owner = {};
    const show = (word: string): void =>
      painter.show(owner, { place: () => ({ x: 0, y: 0 }), rows: [[word]], width: COLUMNS });
    screen.stdout.write('x'.repeat(200_000));
    expect(screen.stdout.writableNeedDrain).toBe(true);
    for (const word of ['one', 'two', 'three']) {
      show(word);
      await Promise.resolve();
    }
    await painter.painted();
    await screen.until((text) => text.startsWith('three'));
    expect(screen.written).not.toContain('one');
  });
});

describe('the cursor', () => {
  test('is shown in the region that sets a cursor, and is hidden when no region sets one', async () => {
    const { screen, show } = start();
    const place = () => ({ x: 2, y: 1 });
    await show([['draft']], { place, cursor: { x: 5, y: 0 } });
    expect(screen.cursor()).toEqual({ x: 7, y: 1 });
    expect(screen.written).toContain('\x1b[?25h');
    await show([['draft!']], { place, cursor: { x: 6, y: 0 } });
    expect(screen.cursor()).toEqual({ x: 8, y: 1 });
    await show([['draft!']], { place });
    expect(screen.written.endsWith('\x1b[?25l\x1b[?2026l')).toBe(true);
  });
});

test('nothing is written while another program has the terminal; afterwards the whole screen is drawn', async () => {
  const { screen, painter, show } = start();
  await show([['ours']], { cursor: { x: 4, y: 0 } });
  painter.pause();
  const before = screen.written.length;
  await show([['changed']]);
  expect(screen.written.length).toBe(before);
  screen.stdout.write('\x1b[2J\x1b[Htheirs');
  painter.begin();
  await painter.painted();
  await screen.until((text) => text.trim() === 'changed');
});

describe('where the terminal gives a character another width', () => {
  const FAMILY = '👩‍👩‍👧‍👦';
  const asLines = (...rows: string[]): Line[] => rows.map((row) => [row]);

  test('the borders of a table and text after blanks stay in their columns', async () => {
    const { screen, show } = start(plainTheme, { graphemes: false });
    await show(asLines('│ ❤️ │ 1 │', '│ ab │ 2 │', `${FAMILY}        │ x`, '❤️✔️   y'));
    expect(columnsOf(screen, 0, '│')).toEqual(columnsOf(screen, 1, '│'));
    expect(columnsOf(screen, 2, '│')).toEqual([10]);
    expect(columnsOf(screen, 3, 'y')).toEqual([7]);
  });

  test('wider text hides neither the text after it nor the region beside it, and never wraps', async () => {
    const { screen, painter, show } = start(plainTheme, { graphemes: false });
    painter.show({}, { place: () => ({ x: 20, y: 0 }), rows: asLines('│abc', '│abc', ''), width: 4 });
    await show(asLines('first', 'second', 'third'), { width: 20 });
    const wide = `${FAMILY} 1234567890123456`;
    await show(asLines(wide, `${FAMILY} │ text`, wide), { width: 20 });
    for (const row of screen.rows().slice(0, 2)) expect(row).toMatch(/│abc$/);
    expect(screen.rows()[2]).toMatch(/\d$/);
    expect(columnsOf(screen, 2, ' ')).toEqual(expect.arrayContaining([20, 21, 22, 23]));
    expect(screen.rows()[1]).toContain('👦 │ text');
    const full = start(plainTheme, { graphemes: false });
    await full.show(asLines('first', 'second'));
    await full.show(asLines(`${FAMILY} 123456789012345678901`, 'second'));
    expect(full.screen.rows()[1]).toBe('second');
  });
});

/** The columns of a character in a row. */
function columnsOf(screen: Screen, row: number, character: string): number[] {
  const cells = (screen.cells()[row] ?? []).map((cell) => cell.startsWith(character));
  return [...cells.keys()].filter((column) => cells[column]);
}
