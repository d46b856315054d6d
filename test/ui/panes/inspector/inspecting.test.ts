import { expect, test } from 'vitest';
import { startTui } from '../../../support/screen/tui.js';
import { ask, end } from '../../../support/screen/tui-question.js';

test("the inspector shows the server's texts without control sequences and without keys", async () => {
  const running = await startTui({ columns: 80, rows: 24 });
  const { screen, chat } = running;
  await ask(running);
  chat.latest.emit({
    type: 'headers',
    tMs: 300,
    statusCode: 200,
    headers: { 'x-hostile': 'a\x1b]0;title\x07b', authorization: 'secret' },
    buffered: false,
  });
  chat.latest.text('\x1b]52;c;aGk=\x07text');
  await end(running);
  screen.type('\x04');
  await screen.until((text) => text.includes('› #1'));
  screen.type('\r');
  await screen.until((text) => text.includes('POST http'));
  screen.type('\x1b[F');
  await screen.until((text) => text.includes('Events: 2') && text.includes('x-hostile: ab'));
  expect(screen.text()).not.toContain('secret');
  expect(screen.events).toEqual([]);
});

test("in the inspector the panes' focus key moves between the list and the exchange", async () => {
  const running = await startTui({ columns: 80, rows: 24 });
  const { screen } = running;
  await ask(running);
  await end(running);
  screen.type('\x04');
  await screen.until((text) => text.includes('› #1'));
  screen.type('\t');
  await screen.until((text) => text.includes('Exchange #1') && text.includes('esc back'));
  screen.type('\t');
  await screen.until((text) => text.includes('› #1') && text.includes('enter open'));
});
