import { expect, test } from 'vitest';
import { startTui } from '../../support/screen/tui.js';

test('no rows stay around the prompt where a terminal has no alternate screen, as in GNU screen and mosh', async () => {
  const { screen, ended } = await startTui({ alternate: false });
  screen.type('/quit\r');
  await ended;
  await screen.settled();
  expect(screen.text().trim()).toBe('');
  expect(screen.cursor()).toEqual({ x: 0, y: 0 });
});
