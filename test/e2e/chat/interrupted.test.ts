import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/server.js';
import { constant } from '../../simulator/chat-client.js';
import { makePlace, type Place, type Running, startProgram } from '../../support/programs/program.js';
import {
  KEY,
  openTerminal,
  type TerminalOptions,
  type TerminalSession,
} from '../../support/programs/terminal.js';

let place: Place;
let session: TerminalSession;
let daemons: Running[];

beforeEach(async () => {
  place = await makePlace();
  place.writeConfig(
    `simulator:\n  base_url: ${place.simulatorUrl}\nprofiles:\n  local:\n    base_url: ${place.simulatorUrl}\n    model: llama3.2\n`,
  );
  daemons = [];
});

afterEach(async () => {
  session.close();
  for (const daemon of daemons) daemon.child.kill('SIGKILL');
  await Promise.all(daemons.map((daemon) => daemon.ended));
  place.remove();
});

async function open(options: TerminalOptions = {}): Promise<void> {
  session = openTerminal(place, [], options);
  await session.untilScreen(/● connected/);
}

async function ask(): Promise<void> {
  session.send('write a long answer\r');
  await session.untilScreen(/streaming/);
}

/** Serves the place with a simulator that answers without pauses. */
async function answerAtOnce(): Promise<void> {
  const port = Number(new URL(place.simulatorUrl).port);
  const simulator = await startSimulator({ port, settings: { ttft: constant(20), gap: constant(1) } });
  onTestFinished(() => simulator.close());
}

/** Makes the terminal so low that the answer is longer than the screen; resolves when the chat has drawn itself anew. */
async function shrink(): Promise<void> {
  session.resize(100, 20);
  await session.untilScreen(/^(?:.*\n){17,19}└/);
  await session.untilScreen(/impossible\./);
}

const CTRL_B = '\x02';
const WHEEL_UP = '\x1b[A'.repeat(3);
const shown = (): string => session.screen().join('\n');

test('resizing many times while an answer streams leaves no residue, and the answer is complete', async () => {
  await open();
  session.send('What is the capital of France?\r');
  await session.untilScreen(/Paris\.[\s\S]*done/);
  await ask();
  for (const [columns, rows] of [
    [80, 24],
    [50, 15],
    [20, 5],
    [100, 30],
    [80, 24],
    [120, 40],
  ] as const) {
    session.resize(columns, rows);
    await new Promise((resolve) => setTimeout(resolve, 60));
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

test('killing the daemon during an answer loses neither draft nor queue nor the text so far', async () => {
  const daemon = startProgram(place, ['runtime', 'run']);
  daemons.push(daemon);
  await daemon.untilStderr(/listening on/);
  await open();
  await ask();
  session.send('the next question\r');
  await session.untilScreen(/queued: the next question/);
  session.send('and a draft');
  await session.untilScreen(/> and a draft/);
  daemon.child.kill('SIGKILL');
  await session.untilScreen(/failed:|cut off/);
  await session.untilScreen(/> the next question/);
  await session.untilScreen(/and a draft/);
  expect(shown()).toMatch(/assistant/);
  await session.untilScreen(/● connected/);
});

test('a mode switched during an answer applies from the next answer on', async () => {
  await open();
  await ask();
  session.send(KEY.ctrlT);
  await session.untilScreen(/local {2}llama3\.2/);
  expect(shown()).toMatch(/assistant.*gpt-3\.5-turbo/);
  session.send(KEY.escape);
  await session.untilScreen(/stopped: the partial answer is kept/);
  session.send('What is the capital of France?\r');
  await session.untilScreen(/assistant.*llama3\.2[\s\S]*Paris/);
});

test('after its processes are killed, the chat reconnects, answers, and restores the terminal at its end', async () => {
  await open();
  session.send('What is the capital of France?\r');
  await session.untilScreen(/Paris\.[\s\S]*done/);
  const children = execFileSync('ps', ['--ppid', String(session.pid), '-o', 'pid='], { encoding: 'utf8' });
  for (const pid of children.trim().split(/\s+/)) process.kill(Number(pid), 'SIGKILL');
  await session.untilScreen(/lost|reconnecting|connected again/);
  await session.untilScreen(/● connected/);
  session.send('/quit\r');
  expect((await session.ended).exitCode).toBe(0);
  const written = session.written();
  expect(written.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(written.lastIndexOf('\x1b[?1049h'));
  // The mouse wheel is restored.
  expect(written.lastIndexOf('\x1b[?1007r')).toBeGreaterThan(written.lastIndexOf('\x1b[?1007h'));
});

test('two endpoints answer side by side, and the conversation continues with the chosen answer', async () => {
  await open();
  session.send('What is the capital of France?');
  await session.untilScreen(/> What is the capital/);
  session.send(CTRL_B);
  await session.untilScreen(/Compare with/);
  session.send(KEY.enter);
  await session.untilScreen(/Paris\.[^\n]*Paris\./);
  await session.untilScreen(/enter continue/);
  session.send('\t');
  await session.untilScreen(/› local/);
  session.send(KEY.enter);
  await session.untilScreen(/continuing with local llama3\.2/);
  await session.untilScreen(/assistant.*llama3\.2/);
});

test('the wheel scrolls the conversation and F2 hides the panes; mouse reports end with the program', async () => {
  await answerAtOnce();
  await open();
  session.send('Explain quantum computing in simple terms\r');
  await session.untilScreen(/impossible\./);
  await shrink();
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

test('with mouse: off the terminal keeps the mouse, and the wheel still scrolls', async () => {
  await answerAtOnce();
  place.writeConfig(`mouse: false\nsimulator:\n  base_url: ${place.simulatorUrl}\n`);
  await open();
  session.send('Explain quantum computing in simple terms\r');
  await session.untilScreen(/impossible\./);
  await shrink();
  session.send(WHEEL_UP);
  await session.untilScreen(/↓ end/);
  expect(session.written()).not.toMatch(/\x1b\[\?100[0-36]h/);
});
