import { expect, test } from 'vitest';
import { type RunningTui, startTui } from '../../../support/screen/tui.js';

const start = (): Promise<RunningTui> => startTui({ columns: 80, rows: 24 });

async function ask({ screen, chat }: RunningTui, question: string): Promise<void> {
  const before = chat.exchanges.length;
  screen.type(`${question}\r`);
  await screen.until(() => chat.exchanges.length > before);
  chat.latest.start();
}

test('a late reply of the terminal sends no message and is not typed', async () => {
  const running = await start();
  const { screen, chat } = running;
  await ask(running, 'hello');
  chat.latest.text('the answer');
  await chat.latest.end();
  for (const reply of ['\x1b]11;rgb:1e1e/1e1e/1e1e\x07', '\x1bP>|XTerm(388)\x1b\\', '\x1b_Gi=1;OK\x1b\\'])
    for (const byte of reply) screen.type(byte);
  screen.type('x');
  await screen.until((text) => text.includes('> x'));
  expect(chat.exchanges).toHaveLength(1);
});

test('a paste is not sent, for every split of its markers', async () => {
  const { screen, chat } = await start();
  const paste = '\x1b[200~one\rtwo\r\x1b[201~';
  for (let at = 1; at < paste.length; at += 1) {
    screen.type(paste.slice(0, at));
    screen.type(paste.slice(at));
    screen.type(`end ${at}`);
    await screen.until((text) => text.includes(`end ${at}`));
    screen.type('\x03');
    await screen.until((text) => text.includes('> write a message'));
    screen.type('y\x15');
  }
  expect(chat.exchanges).toHaveLength(0);
});

test("the wheel doesn't change a paste without an end, and ctrl+c ends it", async () => {
  const running = await start();
  const { screen, chat } = running;
  await ask(running, 'hello');
  await chat.latest.end();
  screen.type('\x1b[200~pasted');
  for (let turn = 0; turn < 3; turn += 1) screen.type('\x1b[A\x1b[A\x1b[A');
  screen.type('\x03');
  await screen.until((text) => text.includes('> pasted'));
  screen.type('!');
  await screen.until((text) => text.includes('> pasted!'));
  expect(chat.exchanges).toHaveLength(1);
});

test("shortcuts use the key's place in a Cyrillic layout", async () => {
  const { screen } = await start();
  screen.type('\x1b[200~one two\x1b[201~');
  await screen.until((text) => text.includes('> one two'));
  screen.type('\x1b[127;5u');
  await screen.until((text) => /> one *$/m.test(text));
  screen.type('\x1b[1089;5u');
  await screen.until((text) => text.includes('> write a message'));
});

test('Escape and Ctrl+C quit also when tmux sends both at once', async () => {
  const running = await start();
  running.screen.type('\x1b\x03');
  await running.screen.until((text) => text.includes('again quits'));
  running.screen.type('\x03');
  await running.ended;
});

const LIGHT_ACCENT = '\x1b[38;5;25m';

test('on a light background, the screen gets the light theme', async () => {
  const tui = await startTui({ noColor: false });
  const { screen } = tui;
  expect(screen.written).toContain('\x1b]11;?\x1b\\');
  screen.type('\x1b]11;rgb:1e1e/1e1e/1e1e\x07');
  screen.type('x');
  await screen.until((text) => text.includes('> x'));
  expect(screen.written).not.toContain(LIGHT_ACCENT);
  screen.type('\x1b]11;rgb:ffff/ffff/ffff\x07');
  await screen.until(() => screen.written.includes(LIGHT_ACCENT));
  expect(screen.text()).toContain('> x');
});

test.each([
  ['with a theme of its own', { noColor: false, theme: 'dark' }],
  ['without colours', { noColor: true }],
] as const)('%s, the background is not queried', async (_name, options) => {
  const tui = await startTui(options);
  expect(tui.screen.written).not.toContain('\x1b]11;');
});
