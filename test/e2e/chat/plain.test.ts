import { afterEach, expect, test } from 'vitest';
import { groundWithDaemon } from '../../support/programs/e2e.js';
import { openTerminal, type TerminalSession } from '../../support/programs/terminal.js';

const ground = groundWithDaemon();
let session: TerminalSession | undefined;

afterEach(() => {
  session?.close();
  session = undefined;
});

test('with --screen-reader the chat appends plain lines', async () => {
  const chat = openTerminal(ground.place, ['--screen-reader']);
  session = chat;
  await chat.untilScreen(/Connected to the daemon\./);
  expect(chat.screen().join('')).not.toMatch(/[─│┌┐└┘]/);
  chat.send('hello\r');
  await chat.untilScreen(/You: hello/);
  await chat.untilScreen(/The answer took/);
  chat.send('/quit\r');
  expect((await chat.ended).exitCode).toBe(0);
});
