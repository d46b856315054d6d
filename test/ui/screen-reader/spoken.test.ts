import { expect, test } from 'vitest';
import { startTui } from '../../support/screen/tui.js';

test('the start says who answers, how to reach a real model, and the first keys', async () => {
  const { screen } = await startTui({ screenReader: true });
  await screen.until((text) => text.includes('Message:'));
  expect(screen.rows().slice(0, 4)).toEqual([
    'This chat shows where the time of each answer goes.',
    'For now a simulator on this machine answers, with made-up text.',
    'For a real model, ctrl+t switches to openai.',
    'enter sends, ? lists all keys.',
  ]);
});
