import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groundForEach } from '../../support/programs/e2e.js';
import { CLI, NODE, type Running, startProgram, until } from '../../support/programs/program.js';
import { KEY } from '../../support/programs/terminal.js';
import { sseEvents, startUpstream } from '../../support/servers/upstream.js';

const ground = groundForEach();
const { open } = ground;

async function daemon(): Promise<Running> {
  const running = ground.start(['runtime', 'run']);
  await running.untilStderr(/listening on/);
  return running;
}

/** Terminal modes that a full-screen program sets and must reset. */
const ALTERNATE_SCREEN_ON = '\x1b[?1049h';
const ALTERNATE_SCREEN_OFF = '\x1b[?1049l';
const CURSOR_SHOWN = '\x1b[?25h';
const CURSOR_HIDDEN = '\x1b[?25l';
const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';

function expectRestored(written: string): void {
  expect(written.lastIndexOf(ALTERNATE_SCREEN_OFF)).toBeGreaterThan(written.lastIndexOf(ALTERNATE_SCREEN_ON));
  expect(written.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThan(written.lastIndexOf(CURSOR_HIDDEN));
  expect(written.lastIndexOf(PASTE_OFF)).toBeGreaterThanOrEqual(written.lastIndexOf(PASTE_ON));
}

test.concurrent('with nothing running, the chat connects in simulator mode, streams an answer and stops the processes it started', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  await session.untilScreen(/simulator/);
  session.send('What is the capital of France?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of France is Paris\./);
  await session.untilScreen(/TTFT\s+\d/);
  session.send(KEY.ctrlC);
  session.send(KEY.ctrlC);
  expect((await session.ended).exitCode).toBe(0);
  expectRestored(session.written());
  await until(() => !existsSync(ground.place.socketPath));
});

test.concurrent('the history is sent with each turn', async () => {
  const upstream = await startUpstream({
    chunks: sseEvents(
      JSON.stringify({ choices: [{ index: 0, delta: { content: 'first answer' } }] }),
      JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      '[DONE]',
    ),
  });
  ground.place.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('one\r');
  await session.untilScreen(/first answer/);
  // The answer has ended, so the next message can be sent.
  await session.untilScreen(/enter send/);
  session.send('two\r');
  const second = await upstream.request(1);
  expect(JSON.parse(second.body.toString()).messages).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'first answer' },
    { role: 'user', content: 'two' },
  ]);
  await upstream.close();
});

test.concurrent('escape stops the answer and keeps its text', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  await session.untilScreen(/assistant/);
  session.send(KEY.escape);
  await session.untilScreen(/stopped|cancelled/i);
});

test.concurrent('after the daemon is killed, the partial text stays with a mark, and the chat reconnects', async () => {
  const first = await daemon();
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  first.child.kill('SIGKILL');
  await session.untilScreen(/lost|failed/i);
  // The chat starts a new daemon in place of the killed one.
  await session.untilScreen(/● connected/);
  session.send('What is the capital of France?\r');
  await session.untilScreen(/capital of France is Paris/);
});

test.concurrent('with --no-spawn and no daemon, the screen shows the problem and a countdown to the next attempt', async () => {
  const session = open(['--no-spawn']);
  await session.untilScreen(/no daemon|not running|reconnect|retry/i);
  await daemon();
  session.send(KEY.ctrlR);
  await session.untilScreen(/● connected/);
});

test.concurrent('switching to real mode without a key names the setting and keeps the mode', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.send(KEY.ctrlT);
  await session.untilScreen(/simulator[\s\S]*OPENAI_API_KEY|OPENAI_API_KEY[\s\S]*simulator/);
});

test.concurrent.each(['SIGTERM', 'SIGHUP'] as const)('%s restores the terminal', async (signal) => {
  const session = open();
  await session.untilScreen(/● connected/);
  session.kill(signal);
  await session.ended;
  expectRestored(session.written());
  await until(() => !existsSync(ground.place.socketPath));
});

test.concurrent('the chat restarts a simulator that ended with another program', async () => {
  const other = startProgram(ground.place, ['simulator', '--port', new URL(ground.place.simulatorUrl).port]);
  await other.untilStderr(/listening on/);
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('What is the capital of France?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of France is Paris\./);
  other.child.kill();
  await other.ended;
  session.send('What is the capital of Italy?');
  session.send(KEY.enter);
  await session.untilScreen(/The capital of Italy is Rome\./);
});

test.concurrent('daemon and simulator exit when the chat is killed', async () => {
  const session = open();
  await session.untilScreen(/● connected/);
  await until(() =>
    fetch(`${ground.place.simulatorUrl}/health`).then(
      (health) => health.ok,
      () => false,
    ),
  );
  session.kill('SIGKILL');
  await session.ended;
  await until(() => !existsSync(ground.place.socketPath));
  await until(() =>
    fetch(`${ground.place.simulatorUrl}/health`).then(
      () => false,
      () => true,
    ),
  );
});

test.concurrent('Ctrl+Z restores the terminal, and fg resumes the chat', async () => {
  const session = open([], { command: ['/bin/bash', '--norc', '--noprofile', '-i'] });
  // The shell would enable bracketed paste itself.
  session.send("bind 'set enable-bracketed-paste off'\r");
  session.send(`${process.execPath} ${(await import('../../support/programs/program.js')).CLI}\r`);
  await session.untilScreen(/● connected/);
  session.send('kept draft');
  await session.untilScreen(/kept draft/);
  session.send(KEY.ctrlZ);
  await session.untilScreen(/Stopped/);
  expectRestored(session.written());
  session.send('fg\r');
  await session.untilScreen(/● connected/);
  await session.untilScreen(/kept draft/);
});

test.concurrent.each([
  [120, 40],
  [80, 24],
  [50, 15],
  [20, 5],
])('a terminal of %i x %i shows the draft and never scrolls', async (columns, rows) => {
  const session = open([], { columns, rows });
  // The terminal echoes keys until the program reads them.
  await session.untilWritten(ALTERNATE_SCREEN_ON);
  await session.untilScreen(/> /);
  session.send('hello');
  await session.untilScreen(/> hello/);
  // One line too many would scroll the first line away.
  const [first = ''] = session.screen();
  expect(first).toMatch(rows > 5 ? /vastar-tui/ : /\S/);
});

test.concurrent('in a terminal of unknown size the chat is 80 x 24', async () => {
  const command = ['sh', '-c', `stty rows 0 cols 0; exec "${NODE}" "${CLI}" --no-spawn`];
  const session = open([], { columns: 80, rows: 24, command });
  await session.untilScreen(/write a message/);
  // In the last row.
  await session.untilScreen(/enter send[^\n]*$/);
});

test.concurrent('hostile text from the model cannot move the cursor, set the title or reach the clipboard', async () => {
  const hostile = 'safe\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x1b[31m\x9b5mtext';
  const upstream = await startUpstream({
    chunks: sseEvents(
      ...[...hostile].map((character) =>
        JSON.stringify({ choices: [{ index: 0, delta: { content: character } }] }),
      ),
      '[DONE]',
    ),
  });
  ground.place.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const session = open();
  await session.untilScreen(/● connected/);
  session.send('hi\r');
  await session.untilScreen(/safetext/);
  expect(session.written()).not.toContain('owned');
  expect(session.written()).not.toContain('b3duZWQ');
  await upstream.close();
});
