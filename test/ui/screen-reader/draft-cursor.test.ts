import { afterEach, expect, test } from 'vitest';
import { type RunningTui, startTui } from '../../support/screen/tui.js';

let tui: RunningTui | undefined;
afterEach(async () => {
  tui?.abort();
  await tui?.ended;
  tui = undefined;
});

async function typed(text: string) {
  tui = await startTui({ screenReader: true, columns: 60 });
  const { screen } = tui;
  screen.type(text);
  await screen.until((shown) => shown.includes(text.slice(-4)));
  const column = (): number => screen.cursor().x - 'Message: '.length;
  return { screen, column };
}

const LEFT = '\x1b[D';
const WORD_LEFT = '\x1bb';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const END = '\x05';

test("the terminal's cursor follows the draft's, so that the reader reads the character there", async () => {
  const { screen, column } = await typed('hello 量子 world');
  expect(column()).toBe(16);
  screen.type(WORD_LEFT);
  await screen.until(() => column() === 11);
  screen.type(LEFT);
  await screen.until(() => column() === 10);
  screen.type('X');
  await screen.until((shown) => shown.includes('量子X world') && column() === 11);
  screen.type(END);
  await screen.until(() => column() === 17);
});

test('the cursor follows in a draft of several rows, which line ends or the width separate', async () => {
  const { screen } = await typed('one');
  const at = async (x: number, y: number): Promise<void> =>
    screen.until(() => screen.cursor().x === x && screen.cursor().y - top === y);
  const top = screen.cursor().y;
  screen.type('\nsecond row');
  await at('second row'.length, 1);
  screen.type(WORD_LEFT);
  await at('second '.length, 1);
  screen.type(UP);
  await at('Message: one'.length, 0);
  screen.type(`${WORD_LEFT}X`);
  await screen.until((shown) => shown.includes('Message: Xone\nsecond row'));
  await at('Message: X'.length, 0);
  screen.type(`${DOWN}${END} ${'long '.repeat(12)}`);
  await screen.until((shown) => shown.trimEnd().endsWith('long'));
  const end = screen.cursor();
  screen.type(`${WORD_LEFT}${WORD_LEFT}`);
  await screen.until(() => screen.cursor().x === end.x - 'long long '.length);
  screen.type(END);
  await screen.until(() => screen.cursor().x === end.x && screen.cursor().y === end.y);
  expect(screen.text().split('Message:')).toHaveLength(2);
});

test('rows of a message end between words', async () => {
  const { screen } = await typed('x');
  screen.type(` ${'somewhat '.repeat(12)}\r`);
  await screen.until((shown) => shown.includes('You: x somewhat'));
  for (const row of screen.rows().filter((text) => text.includes('somew'))) expect(row).toMatch(/somewhat$/);
});

test('after the end, the shell continues in a new row', async () => {
  const { screen } = await typed('one\ntwo');
  screen.type(`${LEFT}${UP}`);
  tui?.abort();
  await tui?.ended;
  await screen.settled();
  const { x, y } = screen.cursor();
  expect([x, screen.rows()[y - 1], screen.rows()[y]]).toEqual([0, 'two', '']);
});

test('a draft of several rows is edited without damage to the lines above', async () => {
  const { screen } = await typed('one');
  const before = screen.text().split('Message:')[0] ?? '';
  screen.type(LEFT);
  screen.type('\n');
  await screen.until((shown) => shown.includes('Message: on\ne'));
  screen.type(LEFT);
  screen.type('x');
  await screen.until((shown) => shown.includes('Message: onx\ne'));
  expect(screen.text()).toContain(before);
});
