import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { CLI, NODE, withoutBusy } from '../../support/programs/program.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

// The tests run at the same time, because they wait until the program stops waiting for stdin.
const harness = harnessWithDaemon();
const { start } = harness;

test.concurrent('a prompt with an open, silent stdin is sent after a wait, with a notice', async () => {
  const running = start(['ask', 'What is the capital of France?']);
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(
      /stdin is open and silent: the question is sent without it\. Add "-" to wait for it/,
    ),
  });
  expect(stdout).toContain('Paris');
});

test.concurrent.for([
  ['after "-"', ['hi', '-']],
  ['without a prompt', []],
  ['once something came', ['hi']],
] as const)('ask waits for an open stdin %s and prints a notice', async ([when, words]) => {
  const running = start(['ask', ...words]);
  if (when === 'once something came') running.child.stdin.write('text');
  await running.untilStderr(/waiting for stdin to end/);
  expect(running.child.exitCode).toBeNull();
  running.child.stdin.end('more');
  expect((await running.ended).code).toBe(0);
  expect(running.stderr()).not.toContain('the question is sent without it');
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
const PDF = Buffer.from('%PDF-1.7 rest');

test.concurrent.for([
  ['an image on stdin', ['What is it?'], PNG, 'image_url'],
  ['an image that --image - names', ['What is it?', '--image', '-'], PNG, 'image_url'],
  ['an image that --file - names', ['What is it?', '--file', '-'], PNG, 'image_url'],
  ['a PDF on stdin', ['What is it?'], PDF, 'file'],
] as const)('%s goes with the question', async ([, words, input, type]) => {
  const upstream = await harness.endpoint({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  const { code, stderr } = await harness.run(['ask', ...words], input);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^vastar-tui: sends the (image|file) stdin, \d+ B\n$/);
  const body = String((await upstream.request(0)).body);
  const data = input.toString('base64');
  expect(JSON.parse(body).messages).toEqual([
    {
      role: 'user',
      content: [{ type: 'text', text: 'What is it?' }, expect.objectContaining({ type })],
    },
  ]);
  expect(body).toContain(data);
});

test.concurrent('text on stdin that --file - names has no file name', async () => {
  const upstream = await harness.endpoint({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  await harness.run(['ask', 'What is it?', '--file', '-'], 'a text\n');
  const body = String((await upstream.request(0)).body);
  expect(JSON.parse(body).messages).toEqual([{ role: 'user', content: 'What is it?\n\na text' }]);
});

test.concurrent('tools come from stdin', async () => {
  const upstream = await harness.endpoint({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  await harness.run(['ask', 'hi', '--tools', '-'], '[{"name":"weather"}]');
  const body = String((await upstream.request(0)).body);
  expect(JSON.parse(body).tools).toEqual([{ type: 'function', function: { name: 'weather' } }]);
});

test.concurrent.for([
  [['ask', 'hi', '-', '--file', '-']],
  [['ask', 'hi', '--file', '-', '--image', '-']],
  [['ask', 'hi', '--tools', '-', '--image', '-']],
  [['record', 'hi', '--output', 'r.jsonl', '--image', '-', '--image', '-']],
  [['bench', 'merge', '-', '-']],
  [['bench', 'compare', '-', '-']],
  [['sessions', 'import', '-', '-']],
] as const)('%j names stdin twice, which is refused', async ([args]) => {
  expect(await harness.run(args, 'a text')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'vastar-tui: give "-" only once: stdin can be read only once\n',
  });
});

test.concurrent('a closed stdout is an error, and no request is sent', async () => {
  const { dir, env } = harness.sandbox;
  const shell = async (script: string): Promise<[number | null, string]> => {
    const child = spawn('sh', ['-c', script], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    return [code, withoutBusy(stderr)];
  };
  const ask = `${NODE} ${CLI} ask hi`;
  expect(await shell(`exec > /dev/full; ${ask} >&-; exit $?`)).toEqual([
    1,
    expect.stringContaining('stdout is closed, nothing was sent'),
  ]);
  expect(await shell(`${ask} > /dev/null; exit $?`)).toEqual([0, '']);
  // The parent of the shell discards it.
  expect(await shell(`${ask}; exit $?`)).toEqual([0, '']);
});
