import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
const { endpoint, run, start } = harness;
const CALL = JSON.stringify({
  choices: [
    { index: 0, delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] } },
  ],
});

/** Creates a named pipe, which has neither a reader nor a writer. */
const makePipe = (): void => void execFileSync('mkfifo', [join(harness.sandbox.dir, 'pipe')]);

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');

test.concurrent.for([
  // Before the program opens the pipe, it prints that it sends the first image, or that the key is unknown.
  [['ask', 'hi', '--image', 'a.png', '--image', 'pipe'], /sends the image a\.png/],
  [['record', 'hi', '--output', 'r.jsonl', '--image', 'a.png', '--image', 'pipe'], /sends the image a\.png/],
  [['bench', '--json', 'pipe'], /unknown key "colour"/],
] as const)('Ctrl+C ends %j while nothing has the other side of the pipe open', async ([args, before]) => {
  makePipe();
  writeFileSync(join(harness.sandbox.dir, 'a.png'), PNG);
  harness.sandbox.writeConfig('theme: dark\ncolour: red\n');
  const running = start(args);
  running.child.stdin.end();
  await running.untilStderr(before);
  await sleep(100);
  running.child.kill('SIGINT');
  await running.ended;
  expect(running.child.signalCode).toBe('SIGINT');
});

test.concurrent.for([
  [['ask', 'hi', '--image', 'pipe']],
  [['ask', 'hi', '--file', 'pipe']],
  [['ask', 'hi', '--tools', 'pipe']],
  [['record', 'hi', '--output', 'r.jsonl', '--image', 'pipe']],
  [['bench', '--prompts', 'pipe']],
  [['bench', 'compare', 'pipe', 'pipe']],
  [['sessions', 'import', 'pipe']],
  [['replay', 'pipe']],
] as const)('%j says that it waits for a writer of the pipe', async ([args]) => {
  makePipe();
  const running = start(args);
  running.child.stdin.end();
  await running.untilStderr(/waiting for pipe to end \(if no program writes to it, press ctrl\+c\)/);
  running.child.kill('SIGINT');
  await running.ended;
  expect(running.child.signalCode).toBe('SIGINT');
});

test.concurrent('ask ends after an answer without tool calls, when nothing writes to the pipe of results', async () => {
  makePipe();
  const { code, stdout } = await run(['ask', 'What is the capital of France?', '--tool-results', 'pipe'], '');
  expect(code).toBe(0);
  expect(stdout).toContain('Paris');
});

test.concurrent.for([
  ['nosuch', 2],
  ['openai', 2],
] as const)(
  'ask ends with --mode %s, which cannot be used, and a pipe of results without a writer',
  async ([mode, code]) => {
    makePipe();
    const ended = await run(['ask', 'hi', '--tool-results', 'pipe', '--mode', mode], '');
    expect(ended.stderr).not.toBe('');
    expect(ended.code).toBe(code);
  },
);

test.concurrent('Ctrl+C ends the wait for the result of a tool call from a pipe without a writer', async () => {
  makePipe();
  await endpoint({ chunks: sseEvents(CALL, FINISH, '[DONE]') });
  const running = start(['ask', 'hi', '--tool-results', 'pipe']);
  running.child.stdin.end();
  await running.untilStderr(/the model calls f/);
  running.child.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
});

test.concurrent.for([
  ['absent', 'there is no such file or folder'],
  ['.', 'it is a folder'],
] as const)('ask sends nothing when the results %s cannot be read', async ([path, why]) => {
  const upstream = await endpoint({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  const { code, stderr } = await run(['ask', 'hi', '--tool-results', path], '');
  expect(stderr).toBe(`vastar-tui: --tool-results ${path} cannot be read: ${why}\n`);
  expect(code).toBe(2);
  expect(upstream.requests).toEqual([]);
});
