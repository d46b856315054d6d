import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTui } from '../../support/screen/tui.js';
import { ask } from '../../support/screen/tui-question.js';

test('a terminal that is too small shows a message until it is larger', async () => {
  const { screen } = await startTui({ columns: 80, rows: 24 });
  screen.type('kept');
  await screen.until((text) => text.includes('kept'));
  for (const [columns, words] of [
    [19, 'terminal too small'],
    [12, 'too small'],
    [5, 'small'],
    [3, '…'],
  ] as const) {
    screen.resize(columns, 3);
    await screen.until((text) => text.trim() === words);
  }
  screen.resize(80, 24);
  await screen.until((text) => text.includes('> kept'));
});

test('after resizing, the screen looks as if started at that size', async () => {
  const running = await startTui({ columns: 120, rows: 40 });
  await ask(running);
  const sizes = [
    '80x24',
    '20x5',
    '119x21',
    '120x40',
    '50x15',
    '100x39',
    '20x5',
    '12x3',
    '80x24',
    '50x15',
    '120x40',
  ];
  for (const size of sizes) {
    const [columns = 0, rows = 0] = size.split('x').map(Number);
    running.screen.resize(columns, rows);
    const golden = new URL(`./${size}-streaming.txt`, import.meta.url);
    if (!existsSync(golden)) continue;
    const expected = readFileSync(golden, 'utf8');
    await running.screen.until((text) => `${text}\n` === expected);
  }
});

test('the cursor is where the next character goes, also after wide ones', async () => {
  const { screen } = await startTui({ columns: 80, rows: 24 });
  const draft = (): { x: number; y: number } => screen.cursor();
  expect(draft()).toEqual({ x: 3, y: 22 });
  screen.type('ab世👩‍👧');
  await screen.until((text) => text.includes('ab世'));
  expect(draft()).toEqual({ x: 9, y: 22 });
  screen.type('\x1b[D');
  screen.type('\x1b[D');
  await new Promise((resolve) => setImmediate(resolve));
  screen.type('!');
  await screen.until((text) => text.includes('ab!世'));
  expect(draft()).toEqual({ x: 6, y: 22 });
});
