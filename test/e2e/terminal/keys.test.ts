import { afterEach, beforeEach, expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { KEY, openTerminal, type TerminalSession } from '../../support/programs/terminal.js';

const harness = harnessWithDaemon();
let session: TerminalSession;

beforeEach(async () => {
  session = openTerminal(harness.sandbox);
  await session.untilScreen(/● connected/);
});

afterEach(() => session.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function asked(): Promise<void> {
  session.send('What is the capital of France?\r');
  await session.untilScreen(/The capital of France is Paris\./);
  await session.untilScreen(/TTFT\s+\d/);
}

/** Types a draft, waits, and expects that no further question was sent. */
async function expectNothingAsked(): Promise<void> {
  session.send('draft');
  await session.untilScreen(/> draft/);
  await pause(300);
  const screen = session.screen().join('\n');
  expect(screen.match(/assistant/g)).toHaveLength(1);
  expect(screen).not.toMatch(/‹ \d\/\d ›|streaming|waiting/);
}

// A lone ESC becomes the Escape key after 50 ms, which a busy machine may need for a write, so no cut is right behind it.
test('a late reply to a colour query sends no message, whole or cut', async () => {
  await asked();
  const reply = '\x1b]11;rgb:1e1e/1e1e/1e1e\x07';
  session.send(reply);
  session.send(reply.slice(0, 7));
  await pause(120);
  session.send(reply.slice(7));
  await expectNothingAsked();
});

test('an escape sequence cut by a pause is one key', async () => {
  session.send('ac');
  await session.untilScreen(/> ac/);
  session.send('\x1b[1;1');
  await pause(150);
  session.send('D');
  session.send('b');
  await session.untilScreen(/> abc/);
});

test('a paste with cut markers sends nothing, and keys work after it', async () => {
  session.send('\x1b[20');
  await pause(100);
  session.send('0~one\rtwo\r\x1b[2');
  await pause(100);
  session.send('01~');
  await session.untilScreen(/two/);
  expect(session.screen().join('\n')).not.toMatch(/assistant/);
  session.send(KEY.ctrlC);
  await session.untilScreen(/write a message/);
});

test('modified keys work in the encodings of modifyOtherKeys and of the kitty protocol', async () => {
  session.send('one');
  session.send('\x1b[27;2;13~');
  session.send('two');
  session.send('\x1b\n');
  session.send('three words');
  session.send('\x1b[127;5u');
  session.send('\x1b[13;2u');
  session.send('end');
  await session.untilScreen(/> one\s+.*two\s+.*three\s+.*end/);
  session.send('\x1b[1089::99;5u');
  await session.untilScreen(/write a message/);
});

test('a key that needs no shift or ctrl does the same with it, as in terminals that do not report it', async () => {
  session.send('abcd\x1b[127;2u\x1b[27;2;127~');
  await session.untilScreen(/> ab$/m);
  session.send('\x1b[D\x1b[3;2~');
  await session.untilScreen(/> a$/m);
  session.send(' question\x1b[13;5u');
  await session.untilScreen(/a question[\s\S]*assistant/);
});

test('tab focuses the panes one after another, and shift+tab in the opposite direction', async () => {
  const focused = (pane: string): Promise<void> => session.untilScreen(new RegExp(`^[^›]*› ${pane}[^›]*$`));
  session.send('\x1b[Z');
  await focused('Since the start');
  session.send('\x1b[Z');
  await focused('Request');
  session.send('\t');
  await focused('Since the start');
  session.send('\t');
  await session.untilScreen(/enter send/);
  session.send('?');
  await session.untilScreen(/Keys and commands/);
});
