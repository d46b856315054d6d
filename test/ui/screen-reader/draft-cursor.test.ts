import { afterEach, expect, test } from 'vitest';
import { type RunningTui, startTui } from '../../support/tui.js';

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
