import { afterEach, describe, expect, test } from 'vitest';
import { spokenLine } from '../../../src/ui/screen-reader/spoken-overlay.js';
import type { Screen } from '../../support/screen/screen.js';
import { type RunningTui, startTui } from '../../support/screen/tui.js';
import { end } from '../../support/screen/tui-question.js';

let tui: RunningTui | undefined;
afterEach(async () => {
  tui?.abort();
  await tui?.ended;
  tui = undefined;
});

/** Bars, frames and marks; a screen reader would name each character. */
const DRAWN = /[│┌┐└┘├┤┼▀-▟·×]|──/;

/** Starts the screen reader's interface with one answer. */
async function answered(): Promise<RunningTui> {
  tui = await startTui({ screenReader: true, models: async () => ['one', 'two'], rows: 60 });
  tui.screen.type('Explain quantum computing.');
  tui.screen.type('\r');
  await tui.screen.until((text) => text.includes('Answering;'));
  tui.chat.latest.start();
  tui.chat.latest.text('A qubit is 0 and 1.\n\nIt needs cold.');
  await end(tui);
  await tui.screen.until((text) => text.includes('A qubit is 0 and 1.'));
  return tui;
}

/** The shown text from this one on. */
const from = (screen: Screen, text: string): string => screen.text().slice(screen.text().lastIndexOf(text));

test('a row is read without bars and with commas between columns', () => {
  expect(spokenLine([['dim', 'to 1st byte  '], ['accent', '█████▓▓░ '], '    283', '    301'])).toBe(
    'to 1st byte, 283, 301',
  );
});

describe('each overlay is read in words', () => {
  test('a list: the chosen entry, its place, and the keys', async () => {
    const { screen } = await answered();
    screen.type('\x0f');
    await screen.until((text) => text.includes('Models: 1 of 2: one.'));
    expect(screen.text()).toContain('Up and down move, enter chooses, esc closes.');
    screen.type('\x1b[B');
    await screen.until((text) => text.includes('Models: 2 of 2: two.'));
    screen.type('x');
    await screen.until((text) => text.includes('Models, narrowed by "x": nothing matches.'));
    expect(screen.text()).not.toMatch(DRAWN);
  });

  test('the endpoints to compare with, and which are marked', async () => {
    const { screen } = await answered();
    screen.type('/compare openai x2\r');
    await screen.until((text) => text.includes('2 answers: enter continues with the answer of simulator'));
    expect(screen.text()).not.toMatch(DRAWN);
  });

  test('the exchanges, and one of them in pages', async () => {
    const { screen } = await answered();
    screen.type('\x04');
    await screen.until((text) => text.includes('Exchanges: 1 of 1: number 1 at'));
    expect(from(screen, 'Exchanges:')).toContain('first token 312 ms, done.');
    screen.type('\r');
    await screen.until((text) => text.includes('first token (TTFT), 312 ms'));
    expect(from(screen, 'Inspector')).toMatch(/\d+ more lines: pagedown; esc closes\./);
    expect(from(screen, 'Inspector')).not.toMatch(DRAWN);
  });

  test('the panes and the explanation of their figures', async () => {
    const { screen } = await answered();
    screen.type('\t\t');
    await screen.until((text) => /Panes:\n+Request\n/.test(text));
    expect(from(screen, 'Panes:')).toContain('to 1st byte, 301');
    expect(from(screen, 'Panes:')).not.toMatch(DRAWN);
    screen.type('?');
    await screen.until((text) => text.includes('How long you waited for the first piece of the answer.'));
    expect(from(screen, 'Request: what')).not.toMatch(DRAWN);
  });

  test('the help', async () => {
    const { screen } = await answered();
    screen.type('?');
    await screen.until((text) => text.includes('Keys and commands'));
    expect(from(screen, 'vastar-tui 0.1.0')).not.toMatch(DRAWN);
  });

  test('the search: the place of the match, and its line', async () => {
    const { screen } = await answered();
    screen.type('\x06');
    await screen.until((text) => text.includes('Search the conversation: type a text.'));
    screen.type('cold');
    await screen.until((text) => text.includes('Search "cold": 1 of 1, in the answer: It needs cold.'));
    screen.type('er');
    await screen.until((text) => text.includes('Search "colder": nothing found.'));
  });
});
