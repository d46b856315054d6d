import { expect, test } from 'vitest';
import { type RunningTui, type RunOptions, startTui } from '../../support/screen/tui.js';

async function start(options: RunOptions): Promise<RunningTui> {
  const tui = await startTui(options);
  return tui;
}

const SIZES = [
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
  { columns: 50, rows: 15 },
];

test.each(SIZES)(
  'while a list is open at %j, the footer names its keys, the placeholder disappears and the cursor is in its search',
  async (size) => {
    const { screen } = await start(size);
    expect(screen.text()).toContain('write a message');
    const before = screen.cursor();
    screen.type('\x10');
    await screen.until((text) => text.includes('Actions >'));
    screen.type('co日');
    await screen.until((text) => text.includes('co日'));
    await screen.settled();
    const rows = screen.rows();
    expect(screen.text()).not.toContain('write a message');
    expect(rows.at(-1)).toContain('enter choose');
    expect(rows.at(-1)).toContain('esc close');
    expect(rows.at(-1)).not.toContain('newline');
    const { x, y } = screen.cursor();
    expect(rows[y]).toContain('> co日');
    // The wide character takes two cells but is one character of the text.
    expect(rows[y]?.[x - 1]).toBe('▏');
    expect(screen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'));

    screen.type('\x1b');
    await screen.until((text) => text.includes('write a message') && text.includes('enter send'));
    await screen.settled();
    expect(screen.cursor()).toEqual(before);
  },
);

test('while the conversation is searched, the cursor is in the search line', async () => {
  const { screen, chat } = await start({ columns: 80, rows: 24 });
  screen.type('hello\r');
  await screen.until(() => chat.exchanges.length === 1);
  chat.latest.start();
  await chat.latest.end();
  screen.type('\x06hel');
  await screen.until((text) => text.includes('search hel'));
  await screen.settled();
  const { x, y } = screen.cursor();
  expect(screen.rows()[y]?.[x]).toBe('▏');
  expect(screen.rows().at(-1)).toContain('enter next');
});

test('an overlay without a search hides the cursor', async () => {
  const { screen } = await start({ columns: 80, rows: 24 });
  screen.type('?');
  await screen.until((text) => text.includes('Keys and commands'));
  await screen.settled();
  expect(screen.rows().at(-1)).toContain('esc close');
  expect(screen.written.lastIndexOf('\x1b[?25l')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25h'));
});

test('esc with a key right after it closes the list, and the key acts', async () => {
  const { screen } = await start({ columns: 80, rows: 24 });
  screen.type('\x10');
  await screen.until((text) => text.includes('Actions >'));
  screen.type('\x1b\x14');
  await screen.until((text) => text.includes('mode openai'));
  expect(screen.text()).not.toContain('Actions >');
});
