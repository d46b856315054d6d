import { afterEach, expect, test } from 'vitest';
import { type RunningTui, startTui } from '../../support/screen/tui.js';

let running: RunningTui | undefined;
afterEach(async () => {
  running?.abort();
  await running?.ended;
  running = undefined;
});

test('typing takes back the offer to quit, and the message no longer makes it', async () => {
  running = await startTui();
  const { screen } = running;
  screen.type('draft\x03');
  await screen.until((text) => text.includes('up brings it back; ctrl+c again quits'));
  screen.type('more');
  await screen.until((text) => /> more[\s\S]* cleared: up brings it back {2}/.test(text));
  screen.type('\x03');
  await screen.until((text) => text.includes('write a message'));
  expect(screen.alternate).toBe(true);
});
