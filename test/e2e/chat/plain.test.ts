import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';

const { open } = harnessWithDaemon();

test('with --screen-reader the chat appends plain lines', async () => {
  const chat = open(['--screen-reader']);
  await chat.untilScreen(/Connected to the daemon\./);
  expect(chat.screen().join('')).not.toMatch(/[─│┌┐└┘]/);
  chat.send('hello\r');
  await chat.untilScreen(/You: hello/);
  await chat.untilScreen(/The answer took/);
  chat.send('/quit\r');
  expect((await chat.ended).exitCode).toBe(0);
});
