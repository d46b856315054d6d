import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { KEY, type TerminalOptions, type TerminalSession } from '../../support/programs/terminal.js';
import { sseEvents, startUpstream } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();

async function connected(options: TerminalOptions = {}): Promise<TerminalSession> {
  const session = harness.open([], options);
  await session.untilScreen(/connected/);
  return session;
}

const CTRL_D = '\x04';
const CTRL_O = '\x0f';
const CTRL_X = '\x18';

test.concurrent('a pasted line of one megabyte is folded and sent completely, and text can be typed beside it', async () => {
  const upstream = await startUpstream({
    chunks: sseEvents(JSON.stringify({ choices: [{ index: 0, delta: { content: 'got it' } }] }), '[DONE]'),
  });
  harness.sandbox.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const chat = await connected();
  const text = 'lorem ipsum '.repeat(87_382);
  chat.send(`\x1b[200~${text}\x1b[201~`);
  await chat.untilScreen(/\[pasted 1,048,584 characters\]/);
  chat.send(' indeed');
  await chat.untilScreen(/characters\] indeed/);
  chat.send(KEY.enter);
  const { body } = await upstream.request(0);
  expect(JSON.parse(body.toString()).messages).toEqual([{ role: 'user', content: `${text} indeed` }]);
  await upstream.close();
});

test.concurrent('a message sent while an answer streams is queued and sent after it', async () => {
  const chat = await connected();
  chat.send('write a long answer\r');
  await chat.untilScreen(/streaming/);
  chat.send('What is the capital of France?\r');
  await chat.untilScreen(/queued: What is the capital of France\?/);
  // The queued message is taken back, the answer is stopped, and the message is sent by hand.
  chat.send(KEY.escape);
  await chat.untilScreen(/> What is the capital of France\?/);
  chat.send(KEY.escape);
  await chat.untilScreen(/stopped: the partial answer is kept/);
  chat.send(KEY.enter);
  await chat.untilScreen(/The capital of France is Paris\./);
});

test.concurrent('the external editor gets the terminal, and its saved text becomes the draft', async () => {
  const script = join(harness.sandbox.dir, 'my editor.sh');
  writeFileSync(script, '#!/bin/sh\ntest -t 0 && printf "%s" " and a tty" >> "$1"\n');
  chmodSync(script, 0o755);
  const chat = await connected({ env: { EDITOR: `'${script}'` } });
  chat.send('a draft');
  await chat.untilScreen(/> a draft/);
  chat.send(CTRL_X);
  await chat.untilScreen(/> a draft and a tty/);
});

test.concurrent.each([
  ['false', /false ended with 1/],
  ['no-such-editor', /set \$VISUAL or \$EDITOR to an editor that is installed: there is no no-such-editor/],
])('the failed external editor %s is reported and changes nothing', async (EDITOR, report) => {
  const chat = await connected({ env: { EDITOR } });
  chat.send('a draft');
  await chat.untilScreen(/> a draft/);
  chat.send(CTRL_X);
  await chat.untilScreen(report);
  await chat.untilScreen(/> a draft/);
});

test.concurrent("the configuration's keys work, and conflicts are reported with line and column", async () => {
  harness.sandbox.writeConfig(
    `simulator:\n  base_url: ${harness.sandbox.simulatorUrl}\nkeys:\n  help: alt+h\n  quit: ctrl+r\n  fly: ctrl+b\n`,
  );
  const chat = await connected();
  await chat.untilScreen(/config\.yaml:6:\d+: keys\.fly: is not an action/);
  await chat.untilScreen(/config\.yaml:5:\d+: keys\.quit: "ctrl\+r" no longer does reconnect/);
  chat.send('\x1bh');
  await chat.untilScreen(/Keys and commands/);
  chat.send(KEY.escape);
  // Sent together with the escape, it would be read as alt+ctrl+r.
  await chat.untilScreen(/no longer does reconnect/);
  chat.send(KEY.ctrlR);
  expect((await chat.ended).exitCode).toBe(0);
});

test.concurrent('the user chooses a model of the simulator, and the inspector shows the exchange with it', async () => {
  const chat = await connected();
  chat.send(CTRL_O);
  await chat.untilScreen(/Models >/);
  chat.send(KEY.enter);
  await chat.untilScreen(/model: \S+, from the next request on/);
  chat.send('What is the capital of France?\r');
  await chat.untilScreen(/Paris\./);
  chat.send(CTRL_D);
  await chat.untilScreen(/› #1/);
  chat.send(KEY.enter);
  await chat.untilScreen(/Where the time went/);
  chat.send(KEY.pageDown);
  await chat.untilScreen(/accept: text\/event-stream/);
});
