import { afterEach, expect, test, vi } from 'vitest';
import { readsUtf8 } from '../../../src/ui/terminal/encoding.js';
import { type RunningTui, startTui } from '../../support/screen/tui.js';

let tui: RunningTui | undefined;
afterEach(async () => {
  tui?.abort();
  await tui?.ended;
  tui = undefined;
  vi.unstubAllEnvs();
});

const NOT_ASCII = /[^\x00-\x7f]/;
const QUESTION = 'Größe “量子” – 5 × 😀…≠';

async function screenAfterQuestion({ screen, chat }: RunningTui): Promise<string> {
  screen.type(`${QUESTION}\r`);
  await screen.until(() => chat.exchanges.length > 0);
  chat.latest.start();
  chat.latest.text('| a | b |\n|---|---|\n| 1 | 2 |\n\n- item\n');
  await chat.latest.end();
  await screen.until((text) => text.includes('item') && text.includes('done'));
  return screen.text();
}

test('a terminal that reads Latin-1 gets ASCII in the same cells, and a note about it', async () => {
  tui = await startTui({ encoding: 'latin1' });
  await tui.screen.until((text) => text.includes('does not read UTF-8'));
  await tui.screen.until((text) => text.startsWith(' vastar-tui'));
  const shown = await screenAfterQuestion(tui);
  expect(shown).not.toMatch(NOT_ASCII);
  expect(shown).toContain('Gro?e "????" - 5 x ??.?');
  expect(shown).toContain('+ Conversation ------');
  expect(shown).toContain('* item');
  for (const row of tui.screen.rows().slice(1, -2)) expect(row).toHaveLength(120);
});

test('a terminal that reads UTF-8 keeps every character, whatever the locale', async () => {
  vi.stubEnv('LC_ALL', 'C');
  tui = await startTui();
  const shown = await screenAfterQuestion(tui);
  expect(shown).toContain(QUESTION);
  expect(shown).toContain('┌ Conversation ─');
  expect(shown).not.toContain('ä');
});

test('the cursor tells the encoding also in a terminal that counts its columns from 0, such as dvtm', () => {
  expect(['[1;2R', '[1;3R', '[0;1R', '[0;2R', '[?1;2c'].map(readsUtf8)).toEqual([
    ...[true, false, true, false, undefined],
  ]);
});

test('a terminal inside of one that does not read UTF-8 gets ASCII, although its own reply says that it does', async () => {
  tui = await startTui({ outerReadsUtf8: async () => false });
  await tui.screen.until((text) => text.includes('does not read UTF-8'));
  expect(await screenAfterQuestion(tui)).not.toMatch(NOT_ASCII);
});

test('drawing the screen again finds out that the terminal outside is another one', async () => {
  let reads = false;
  tui = await startTui({ outerReadsUtf8: async () => reads });
  await tui.screen.until((text) => text.includes('+ Conversation ---'));
  reads = true;
  tui.screen.type('\x0c');
  await tui.screen.until((text) => text.includes('┌ Conversation ─'));
});

test('a terminal inside of one that reads UTF-8, or of an unknown one, keeps every character', async () => {
  for (const reads of [true, undefined]) {
    const running = await startTui({ outerReadsUtf8: async () => reads });
    expect(await screenAfterQuestion(running)).toContain(QUESTION);
    running.abort();
    await running.ended;
  }
});

test('a later report of the cursor, which may be F3 with alt, changes nothing', async () => {
  tui = await startTui();
  tui.screen.type('\x1b[1;3R');
  expect(await screenAfterQuestion(tui)).toContain('┌ Conversation ─');
});

test('the Linux console gets the boxes and letters that its fonts have, and no other symbols', async () => {
  vi.stubEnv('TERM', 'linux');
  tui = await startTui();
  const shown = await screenAfterQuestion(tui);
  expect(shown).toContain('┌ Conversation ─');
  expect(shown).toContain('Größe "量子" - 5 x 😀.≠');
  expect(shown).not.toMatch(/[●▁-▇▉-▏…–]/);
});
