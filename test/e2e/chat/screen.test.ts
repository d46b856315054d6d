import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/server.js';
import { constant } from '../../simulator/chat-client.js';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { CLI, NODE } from '../../support/programs/program.js';
import { KEY, type TerminalSession } from '../../support/programs/terminal.js';
import { ALTERNATE_SCREEN_ON, expectRestored } from '../../support/screen/restored.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
const { open } = harness;

async function connected(): Promise<TerminalSession> {
  const session = open();
  await session.untilScreen(/● connected/);
  return session;
}

/** Makes a simulator that answers without pauses the endpoint. @param settings further ones of the configuration */
async function answerAtOnce({ onTestFinished }: TestContext, settings = ''): Promise<void> {
  const simulator = await startSimulator({ port: 0, settings: { ttft: constant(20), gap: constant(1) } });
  onTestFinished(() => simulator.close());
  harness.sandbox.writeConfig(`${settings}simulator:\n  base_url: ${simulator.url}\n`);
}

/** Makes the terminal so low that the answer is longer than the screen; resolves when the chat has drawn itself anew. */
async function shrink(session: TerminalSession): Promise<void> {
  session.resize(100, 20);
  await session.untilScreen(/^(?:.*\n){17,19}└/);
  await session.untilScreen(/impossible\./);
}

const WHEEL_UP = '\x1b[A'.repeat(3);

test.concurrent('Ctrl+Z restores the terminal, and fg resumes the chat', async () => {
  const session = open([], { command: ['/bin/bash', '--norc', '--noprofile', '-i'] });
  // The shell would enable bracketed paste itself.
  session.send("bind 'set enable-bracketed-paste off'\r");
  session.send(`${NODE} ${CLI}\r`);
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

test.concurrent('resizing many times while an answer streams leaves no residue, and the answer is complete', async ({
  expect,
}) => {
  const session = await connected();
  session.send('What is the capital of France?\r');
  await session.untilScreen(/Paris\.[\s\S]*done/);
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
  for (const [columns, rows] of [
    [80, 24],
    [50, 15],
    [20, 5],
    [100, 30],
    [80, 24],
    [120, 40],
  ] as const) {
    session.resize(columns, rows);
    await sleep(60);
  }
  session.send(KEY.escape);
  await session.untilScreen(/stopped/);
  const residue = () => {
    const rows = session.screen();
    return {
      top: rows[0]?.startsWith(' vastar-tui'),
      panes: rows.filter((row) => row.includes('├ Since the start')).length,
      bottoms: rows.filter((row) => row.startsWith('└')).length,
    };
  };
  await expect.poll(residue).toEqual({ top: true, panes: 1, bottoms: 1 });
});

test.concurrent('an answer of 50,000 lines is whole after the width changes', async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index} of a long answer`);
  await harness.endpoint({ chunks: sseEvents(deltaOf(lines.join('\n')), FINISH, '[DONE]') });
  const session = await connected();
  session.send('hi\r');
  await session.untilScreen(/line 49999 of a long answer/);
  session.resize(90, 30);
  await session.untilScreen(/line 49998 of a long answer *\n *line 49999 of a long answer/);
  session.send('\x1b[1;5H');
  await session.untilScreen(/line 0 of a long answer *\n *line 1 of a long answer/);
  session.resize(22, 30);
  await session.untilScreen(/line 1 of a long *\n *answer *\n *line 2 of a long/);
  session.send('\x1b[1;5F');
  await session.untilScreen(/line 49999 of a long *\n *answer/);
});

test.concurrent('the wheel scrolls the conversation and F2 hides the panes; mouse reports end with the program', async (context) => {
  await answerAtOnce(context);
  const session = await connected();
  session.send('Explain quantum computing in simple terms\r');
  await session.untilScreen(/impossible\./);
  await shrink(session);
  session.send('\x1b[<64;10;10M');
  await session.untilScreen(/↓ end/);
  session.send('\x1bOQ');
  await session.untilScreen(/^─ ● connected/m);
  session.send('/quit\r');
  expect((await session.ended).exitCode).toBe(0);
  const written = session.written();
  for (const mode of ['1002', '1006'])
    expect(written.lastIndexOf(`\x1b[?${mode}l`)).toBeGreaterThan(written.lastIndexOf(`\x1b[?${mode}h`));
});

test.concurrent('with mouse: off the terminal keeps the mouse, and the wheel still scrolls', async (context) => {
  await answerAtOnce(context, 'mouse: false\n');
  const session = await connected();
  session.send('Explain quantum computing in simple terms\r');
  await session.untilScreen(/impossible\./);
  await shrink(session);
  session.send(WHEEL_UP);
  await session.untilScreen(/↓ end/);
  expect(session.written()).not.toMatch(/\x1b\[\?100[0-36]h/);
});
