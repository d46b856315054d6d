import { describe, expect, test } from 'vitest';
import { metricsOf } from '../../../support/chat/chat-ports.js';
import type { Screen } from '../../../support/screen/screen.js';
import { type RunningTui, type RunOptions, startTui } from '../../../support/screen/tui.js';

const start = (options: RunOptions = {}): Promise<RunningTui> => startTui({ mouse: true, ...options });

/** Shows an ended answer with this text, below the question "why". */
async function answered(text: string, options: RunOptions = {}): Promise<RunningTui> {
  const running = await start(options);
  const { screen, chat, clock } = running;
  screen.type('why');
  screen.type('\r');
  await screen.until((shown) => /answering|connecting|waiting/.test(shown));
  chat.latest.start();
  chat.latest.text(text);
  clock.advance(40);
  await chat.latest.end({ metrics: metricsOf({ ttftMs: 300 }) });
  const last = text.slice(-4).trim();
  await screen.until((shown) => shown.includes('enter send') && shown.includes(last));
  return running;
}

/** A report of the mouse at a cell from 0. */
const report = (screen: Screen, code: number, [x, y]: readonly [number, number], up = false): void =>
  screen.type(`\x1b[<${code};${x + 1};${y + 1}${up ? 'm' : 'M'}`);
const SHIFT = 4;
const MOTION = 32;
const click = (screen: Screen, at: readonly [number, number]): void => {
  report(screen, 0, at);
  report(screen, 0, at, true);
};
function drag(
  screen: Screen,
  from: readonly [number, number],
  to: readonly [number, number],
  held = 0,
): void {
  report(screen, held, from);
  report(screen, MOTION + held, to);
  report(screen, held, to, true);
}
/** The cell at which this text begins. */
function placeOf(screen: Screen, text: string): [number, number] {
  const y = screen.rows().findIndex((row) => row.includes(text));
  const before = screen.rows()[y]?.split(text, 1)[0] ?? '';
  if (y < 0) throw new Error(`"${text}" is not on the screen`);
  return [before.length, y];
}
const copied = (screen: Screen): string[] =>
  screen.events.flatMap((event) => {
    const [, data] = /^clipboard c;(.*)$/.exec(event) ?? [];
    return data === undefined ? [] : [Buffer.from(data, 'base64').toString('utf8')];
  });

const LINES = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n\n');

test('each wheel report scrolls three rows', async () => {
  const { screen } = await answered(LINES);
  const [, before] = placeOf(screen, 'line 50');
  report(screen, 64, [10, 10]);
  await screen.until(() => placeOf(screen, 'line 50')[1] !== before);
  expect(placeOf(screen, 'line 50')[1] - before).toBe(3);
  report(screen, 65, [10, 10]);
  await screen.until(() => placeOf(screen, 'line 50')[1] === before);
});

test('a click on a pane focuses it; another click removes the focus', async () => {
  const { screen } = await start();
  click(screen, placeOf(screen, 'ping'));
  await screen.until((shown) => shown.includes('› Connection'));
  click(screen, placeOf(screen, 'no request yet'));
  await screen.until((shown) => shown.includes('› Request'));
  click(screen, placeOf(screen, 'no request yet'));
  await screen.until((shown) => !shown.includes('› '));
});

test('a click chooses an entry of a list; a click on the chosen one opens it', async () => {
  const { screen } = await start({ models: async () => ['one', 'two', 'three'] });
  screen.type('\x0f');
  await screen.until((shown) => shown.includes('› one'));
  click(screen, placeOf(screen, 'three'));
  await screen.until((shown) => shown.includes('› three'));
  click(screen, placeOf(screen, '› three'));
  await screen.until((shown) => /simulator {2}three/.test(shown));
});

test('a click in the inspector chooses an exchange; a click on the exchange opens it', async () => {
  const { screen } = await answered('text');
  screen.type('\x04');
  await screen.until((shown) => shown.includes('› #1'));
  click(screen, placeOf(screen, 'Where the time went'));
  await screen.until((shown) => shown.includes('Inspector › #1'));
  click(screen, placeOf(screen, 'Exchanges'));
  await screen.until((shown) => shown.includes('Inspector › #1'));
});

test('a click on an answer of a comparison marks it', async () => {
  const { screen, chat } = await start();
  screen.type('question');
  await screen.until((shown) => shown.includes('> question'));
  screen.type('\x02');
  await screen.until((shown) => shown.includes('› simulator'));
  for (const exchange of chat.exchanges) await exchange.end();
  click(screen, placeOf(screen, '  openai'));
  await screen.until((shown) => shown.includes('› openai'));
});

describe('a drag', () => {
  test('selects only text of the conversation and copies it', async () => {
    const { screen } = await answered('alpha beta\n\ngamma delta');
    const from = placeOf(screen, 'beta');
    const [x, y] = placeOf(screen, 'delta');
    drag(screen, from, [x + 4, y]);
    await screen.until((shown) => shown.includes('copied 17 characters'));
    expect(copied(screen)).toEqual(['beta\n\ngamma delta']);
  });

  test('joins wrapped lines and works from bottom to top', async () => {
    const words = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    const { screen } = await answered(words);
    const from = placeOf(screen, 'word39');
    drag(screen, [from[0] + 5, from[1]], placeOf(screen, 'word0 '));
    await screen.until((shown) => shown.includes('copied'));
    expect(copied(screen)).toEqual([words]);
  });

  test('copies code without its edge, and a wrapped line of it as one', async () => {
    const long = Array.from({ length: 12 }, (_, index) => `argument_${index}`).join(' +  ');
    const code = `if (a) {\n  call(${long});\n\n}`;
    const { screen } = await answered(`Code:\n\n\`\`\`js\n${code}\n\`\`\`\n\nDone.`);
    const from = placeOf(screen, 'Code:');
    const [x, y] = placeOf(screen, 'Done.');
    drag(screen, from, [x + 4, y]);
    await screen.until((shown) => shown.includes('copied'));
    expect(copied(screen)).toEqual([`Code:\n\n${code}\n\nDone.`]);
  });

  test('copies each item of a nested list as one line', async () => {
    const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
    const { screen } = await answered(`1. first\n   - ${words}\n     - deep\n2. second\n\n> ${words}`);
    const from = placeOf(screen, '1. first');
    drag(screen, from, [from[0] + 80, from[1] + 7]);
    await screen.until((shown) => shown.includes('copied'));
    expect(copied(screen)).toEqual([`1. first\n   • ${words}\n     • deep\n2. second\n\n│ ${words}`]);
  });

  test('marks the selection until the next key', async () => {
    const { screen } = await answered('alpha beta', { noColor: true });
    const from = placeOf(screen, 'alpha');
    drag(screen, from, [from[0] + 4, from[1]]);
    await screen.until((shown) => shown.includes('copied 5'));
    expect(screen.written).toContain('\x1b[7malpha\x1b[27m');
    const marked = screen.cells()[from[1]]?.[from[0]];
    screen.type('x');
    await screen.until((shown) => shown.includes('> x'));
    expect(screen.cells()[from[1]]?.[from[0]]).not.toBe(marked);
  });

  test('past an edge scrolls and continues the selection', async () => {
    const { screen } = await answered(LINES);
    const from = placeOf(screen, 'line 59');
    report(screen, 0, from);
    for (let step = 0; step < 10; step += 1) report(screen, MOTION, [2, 0]);
    report(screen, 0, [2, 0], true);
    await screen.until((shown) => shown.includes('copied'));
    expect(copied(screen)[0]?.split('\n\n').length).toBeGreaterThan(17);
  });

  test('with shift is left to the terminal', async () => {
    const { screen } = await answered('alpha beta');
    const from = placeOf(screen, 'alpha');
    drag(screen, from, [from[0] + 4, from[1]], SHIFT);
    screen.type('x');
    await screen.until((shown) => shown.includes('> x'));
    expect(copied(screen)).toEqual([]);
  });

  test('over part of a wide character selects it whole', async () => {
    const { screen } = await answered('量子 bit');
    const from = placeOf(screen, '量子');
    drag(screen, [from[0] + 1, from[1]], [from[0] + 2, from[1]]);
    await screen.until((shown) => shown.includes('copied 2'));
    expect(copied(screen)).toEqual(['量子']);
  });
});

test('a key switches the mouse between terminal and program', async () => {
  const { screen } = await start();
  expect(screen.written).toContain('\x1b[?1002h\x1b[?1006h');
  screen.type('\x1bOR');
  await screen.until((shown) => shown.includes('the terminal handles the mouse'));
  expect(screen.written.endsWith('\x1b[?1006l\x1b[?1002l') || screen.written.includes('\x1b[?1002l')).toBe(
    true,
  );
  screen.type('\x1bOR');
  await screen.until((shown) =>
    shown.includes('this program handles the mouse: it scrolls, clicks and selects'),
  );
});

test('by default the terminal handles the mouse', async () => {
  const { screen } = await start({ mouse: false });
  expect(screen.written).not.toContain('1002h');
});
