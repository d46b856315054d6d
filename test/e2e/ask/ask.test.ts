import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { harnessForEach, harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { alive, CLI, runProgram, until } from '../../support/programs/program.js';
import { openTerminal } from '../../support/programs/terminal.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
/** Where nothing runs. */
const alone = harnessForEach();
const { endpoint, run, start } = harness;
const here = (args: readonly string[]) => runHere(harness.sandbox, args);

interface Line {
  type: string;
  text?: string;
  t_ms?: number;
  outcome?: string;
  error?: { message: string; class: string; status: number | null } | null;
  metrics?: Record<string, unknown> & { hops: Record<string, number> };
}
const lines = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test.concurrent('with nothing running, ask starts daemon and simulator, which answer and exit afterwards', async () => {
  const answer = await alone.run(['ask', 'What is the capital of France?']);
  expect(answer).toEqual({ code: 0, signal: null, stdout: 'The capital of France is Paris.\n', stderr: '' });
  await until(() => !existsSync(alone.sandbox.socketPath));
});

test.concurrent('ask prints each chunk as it arrives, not when the answer is complete', async () => {
  let printed = 0;
  await endpoint({
    chunks: [
      ...sseEvents(...Array.from({ length: 10 }, (_, index) => deltaOf(`t${index} `)), FINISH, '[DONE]'),
    ],
    // The next chunk is sent only after the one before was printed. bench/first-delta.ts measures the delay.
    onSend: (index) => until(() => printed >= Math.min(index, 10)),
  });
  const running = start(['ask', '--json', 'hi']);
  running.child.stdin.end();
  running.child.stdout.on('data', (text: string) => {
    printed += text.split('"type":"delta"').length - 1;
  });
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  expect(printed).toBe(10);
  const done = lines(stdout).at(-1);
  expect(done).toMatchObject({ type: 'done', outcome: 'complete', text: 't0 t1 t2 t3 t4 t5 t6 t7 t8 t9 ' });
  expect(done?.metrics).toMatchObject({ chunks: 10, attempts: 1, buffered: false });
  expect(Object.keys(done?.metrics?.hops ?? {})).toEqual(
    expect.arrayContaining(['connect', 'wait', 'first_token']),
  );
});

test.concurrent('a wrong API key is reported once, with the place of its setting', async () => {
  const path = alone.sandbox.writeConfig(
    'openai:\n  api_key: "\\"sk-abc\\""\nsimulator:\n  enabled: false\n',
  );
  const { code, stderr } = await runHere(alone.sandbox, ['ask', '--config', path, 'hi']);
  expect(code).toBe(2);
  expect(stderr).toBe('vastar-tui: openai.api_key is in quotes (config.yaml:2:12): leave them out\n');
});

test.concurrent('a retry is reported immediately in a separate line', async () => {
  let requests = 0;
  const upstream = await endpoint((_request, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503, { 'retry-after-ms': '600' }).end();
    else
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(sseEvents(deltaOf('yes'), FINISH, '[DONE]').join(''));
  });
  const { code, stdout } = await run(['ask', '--json', 'hi']);
  expect(code).toBe(0);
  const retry = lines(stdout).find(({ type }) => type === 'retry');
  expect(retry).toMatchObject({
    attempt: 2,
    max_attempts: 3,
    delay_ms: 600,
    reason: `${upstream.url} answered 503`,
    status: 503,
  });
  expect(lines(stdout).at(-1)).toMatchObject({ outcome: 'complete', text: 'yes', metrics: { attempts: 2 } });
});

test.concurrent('Ctrl+C keeps the text so far, aborts the upstream request and exits with 130', async () => {
  const upstream = await endpoint({ chunks: sseEvents(deltaOf('partial ')), end: 'hang' });
  const running = start(['ask', 'hi']);
  running.child.stdin.end();
  await running.untilStdout(/partial/);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    stdout: 'partial \n',
    stderr: 'vastar-tui: stopped\n',
  });
  expect(await (await upstream.request(0)).ended).toBe('hung up');
});

test.concurrent.each([
  [401, 'Incorrect API key', 4, /key/],
  [404, 'The model does not exist', 7, /model|base_url/],
  [429, 'Rate limit reached', 5, /again|limit/],
  [500, 'The server had an error', 3, /again|provider/],
] as const)(
  'an error for status %i says what to do and what happened',
  async (status, message, code, advice) => {
    await endpoint({
      status,
      contentType: 'application/json',
      headers: { 'retry-after-ms': '1' },
      chunks: [JSON.stringify({ error: { message } })],
    });
    const answer = await here(['ask', 'hi']);
    expect(answer.code).toBe(code);
    expect(answer.stdout).toBe('');
    expect(answer.stderr).toContain(message);
    expect(answer.stderr).toContain(String(status));
    expect(answer.stderr).toMatch(advice);
    expect(answer.stderr).not.toMatch(/\n\s+at /);
  },
);

test.concurrent('an error names a web page that came instead of an answer', async () => {
  await endpoint({ contentType: 'text/html', chunks: ['<html><h1>502 Bad Gateway</h1></html>'] });
  const answer = await here(['ask', 'hi']);
  expect(answer.code).not.toBe(0);
  expect(answer.stderr).toMatch(/web page.*base_url/s);
});

test.concurrent('a truncated answer keeps its text, prints a notice and exits with 8', async () => {
  await endpoint({ chunks: sseEvents(deltaOf('Hi th')) });
  expect(await here(['ask', 'hi'])).toMatchObject({
    code: 8,
    stdout: 'Hi th\n',
    stderr: expect.stringMatching(/cut off/),
  });
});

test.concurrent('a connection reset in the middle is an error that keeps the text', async () => {
  await endpoint({ chunks: sseEvents(deltaOf('Hi th')), end: 'cut' });
  const { code, stdout } = await here(['ask', '--json', 'hi']);
  expect(code).toBe(3);
  expect(lines(stdout).at(-1)).toMatchObject({
    outcome: 'error',
    text: 'Hi th',
    error: { class: 'Transient' },
  });
});

test.concurrent('an empty stream is not an answer', async () => {
  await endpoint({ chunks: [] });
  expect(await here(['ask', 'hi'])).toMatchObject({ code: 8, stdout: '' });
});

test.concurrent('an unreachable endpoint is named with the cause', async () => {
  harness.sandbox.writeConfig(
    'openai:\n  api_key: sk-test\n  base_url: http://127.0.0.1:1\nsimulator:\n  enabled: false\n',
  );
  const answer = await here(['ask', 'hi']);
  expect(answer).toMatchObject({ code: 3, stdout: '' });
  expect(answer.stderr).toMatch(/127\.0\.0\.1:1 \(ECONNREFUSED\): check that the server runs/);
});

test.concurrent('with --no-spawn and no daemon, the error says how to start one', async () => {
  const answer = await runHere(alone.sandbox, ['ask', '--no-spawn', 'hi']);
  expect(answer).toMatchObject({ code: 3, stdout: '' });
  expect(answer.stderr).toContain(alone.sandbox.socketPath);
  expect(answer.stderr).toMatch(/vastar-tui runtime start/);
});

test.concurrent('real mode without a key names the variable to set; simulator mode does not', async () => {
  const real = await here(['ask', '--mode', 'openai', 'hi']);
  expect(real.code).not.toBe(0);
  expect(real.stderr).toMatch(/OPENAI_API_KEY/);
  const simulated = await run(['ask', 'What is the capital of France?']);
  expect(simulated).toMatchObject({ code: 0, stderr: '' });
});

test.concurrent('text on stdin is appended to the prompt', async () => {
  const answer = await run(['ask', '--model', 'sim-echo', 'one'], 'two\n');
  expect(answer.stdout).toBe('one\n\ntwo\n');
});

test.concurrent('files and stdin follow the prompt, and the parameters reach the provider', async () => {
  const upstream = await endpoint({ chunks: sseEvents(deltaOf('ok'), FINISH, '[DONE]') });
  writeFileSync(join(harness.sandbox.dir, 'a.txt'), 'alpha\n');
  writeFileSync(join(harness.sandbox.dir, 'b.md'), 'beta');
  const flags = ['--file', 'a.txt', '--file', 'b.md', '--temperature', '0.5', '--max-tokens', '7'];
  expect(await run(['ask', 'compare', ...flags], 'piped\n')).toMatchObject({ code: 0 });
  expect(JSON.parse((await upstream.request(0)).body.toString())).toMatchObject({
    messages: [{ role: 'user', content: 'compare\n\na.txt:\nalpha\n\nb.md:\nbeta\n\npiped' }],
    temperature: 0.5,
    max_tokens: 7,
  });
});

test.concurrent('an answer longer than --answer-timeout ends with the text so far and exit code 6', async () => {
  await endpoint({ chunks: sseEvents(deltaOf('partial ')), end: 'hang' });
  const answer = await withLongEnough(
    (limitMs) => run(['ask', 'hi', '--answer-timeout', `${limitMs / 1000}`]),
    ({ stdout }) => stdout !== '',
  );
  expect(answer).toMatchObject({ code: 6, stdout: 'partial \n' });
  expect(answer.stderr).toMatch(/the deadline passed (after )?\d+ ms|within [\d.]+ s/);
});

test.concurrent('--timeout limits the time until the headers, and --idle-timeout limits silence after them', async () => {
  await endpoint({ delayMs: 30_000 });
  const headers = await run(['ask', 'hi', '--timeout', '0.4']);
  expect(headers.code).toBe(6);
  expect(headers.stderr).toContain('no response headers within 0.4 s');
  await endpoint({ chunks: sseEvents(deltaOf('partial ')), end: 'hang' });
  let s = '';
  const silent = await withLongEnough(
    (limitMs) => {
      s = `${limitMs / 1000}`;
      return run(['ask', 'hi', '--idle-timeout', s]);
    },
    ({ stdout }) => stdout !== '',
  );
  expect(silent).toMatchObject({ code: 9, stdout: 'partial \n' });
  expect(silent.stderr).toContain(`raise idle_ms (now ${s} s) or --idle-timeout`);
});

test.concurrent.each([
  [['--file', 'absent.txt'], /absent\.txt cannot be read/],
  [['--file', '.'], /cannot be read/],
  [['--file', 'binary'], /binary is not UTF-8/],
  [['--temperature', '3'], /number from 0 to 2/],
  [['--max-tokens', '1.5'], /whole number from 1/],
  [['--timeout', '0'], /number of seconds from 0\.001 to 3600/],
])('%j is refused before any request', async (flags, pattern) => {
  writeFileSync(join(harness.sandbox.dir, 'binary'), Buffer.from([0xff, 0xfe, 0, 0]));
  const answer = await here(['ask', 'hi', ...flags]);
  expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(pattern) });
});

test.concurrent.each([[['ask', '  ']], [['ask', '-']]])('an empty prompt is refused: %j', async (args) => {
  expect(await here(args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/prompt is empty/),
  });
});

test.concurrent('binary data on stdin is refused', async () => {
  const running = start(['ask', '-']);
  running.child.stdin.end(Buffer.from([0xff, 0xd8, 0x00, 0x41]));
  expect(await running.ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/not UTF-8/) });
});

test.concurrent('the chat’s error without a terminal names the commands that need none', async () => {
  expect(await here([])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/vastar-tui ask/),
  });
});

test.concurrent.each([
  ['a missing file', ['--config', 'absent.yaml'], undefined, /absent\.yaml/],
  ['a YAML error', [], 'openai:\n  model: "x\n', /config\.yaml:\d+:\d+/],
])('%s in the configuration is reported with its position', async (_name, flags, yaml, pattern) => {
  if (yaml !== undefined) harness.sandbox.writeConfig(yaml);
  const answer = await here([...flags, 'ask', 'hi']);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toMatch(pattern);
  expect(answer.stderr).not.toMatch(/\n\s+at /);
});

test.concurrent('an unknown flag is refused with a suggestion', async () => {
  expect(await here(['ask', '--jsn', 'hi'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--json/),
  });
});

test.concurrent('the error for an unknown command names the closest command and how to send the words as a prompt', async () => {
  expect(await here(['benhc'])).toMatchObject({
    code: 2,
    stderr:
      'vastar-tui: there is no command "benhc". Did you mean "bench"? To send it as a question: vastar-tui ask "benhc"\n',
  });
});

test.concurrent('text of model and provider cannot control the terminal, and stays unchanged in a pipe', async () => {
  const evil = 'a\x1b]0;owned\x07b\x1b[2Jc\x9b31md';
  await endpoint({ chunks: sseEvents(deltaOf(evil), FINISH, '[DONE]') });
  expect((await run(['ask', 'hi'])).stdout).toBe(`${evil}\n`);
  const sequence = /\x1b(?!\[\?)|\x9b|\x07/;
  for (const args of [
    ['ask', 'hi'],
    ['ask', 'hi', '--json'],
  ]) {
    const session = openTerminal(harness.sandbox, args);
    expect((await session.ended).exitCode).toBe(0);
    expect(session.written()).toContain('a');
    expect(session.written()).not.toMatch(sequence);
    session.close();
  }
  await endpoint({
    status: 401,
    contentType: 'application/json',
    chunks: [JSON.stringify({ error: { message: evil } })],
  });
  expect((await run(['ask', 'hi'])).stderr).not.toMatch(sequence);
});

test.concurrent('a full disk behind stdout is an error with exit code 1', async () => {
  await endpoint({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  const command = `"${process.execPath}" "${CLI}" ask hi > /dev/full`;
  const session = openTerminal(harness.sandbox, [], { command: ['sh', '-c', command] });
  expect((await session.ended).exitCode).toBe(1);
  expect(session.written()).toMatch(/stdout cannot be written: the disk is full/);
  session.close();
});

test.concurrent('a prompt of 10 MB from any source is refused, and the error names the limit', async () => {
  const text = 'x'.repeat(10_000_000);
  writeFileSync(join(harness.sandbox.dir, 'big.txt'), text);
  for (const [args, input] of [
    [['ask', '-'], text],
    [['ask', 'hi', '--file', 'big.txt'], ''],
  ] as const) {
    expect(await run(args, input)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/over 8 MiB: send less/),
    });
  }
});

test.concurrent('the program ends quietly when the reader of its output closes the pipe', async () => {
  const running = start(['ask', 'write a long answer']);
  running.child.stdin.end();
  await running.untilStdout(/\S/);
  running.child.stdout.destroy();
  const ended = await new Promise<number | null>((resolve) => running.child.once('exit', resolve));
  expect(ended).toBe(141);
  expect(running.stderr()).not.toMatch(/EPIPE|\n\s+at /);
});

test.concurrent('daemon and simulator exit with the program even when it is killed', async () => {
  const running = alone.start(['ask', 'write a long answer']);
  running.child.stdin.end();
  await running.untilStdout(/\S/);
  const health = await fetch(`${alone.sandbox.simulatorUrl}/health`);
  expect(health.ok).toBe(true);
  running.child.kill('SIGKILL');
  await until(() => !alive(running.child.pid ?? 0));
  await until(() => !existsSync(alone.sandbox.socketPath));
  await until(() =>
    fetch(`${alone.sandbox.simulatorUrl}/health`).then(
      () => false,
      () => true,
    ),
  );
});

test.concurrent('an empty session name, for example from an unset variable, is refused', async () => {
  const { code, stderr } = await here(['ask', 'hi', '--session', '']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/'--session <name>' argument '' is invalid\. It is empty\./);
});

test.concurrent('without a home folder the question is answered, and saving fails with the reason', async () => {
  const homeless = {
    ...alone.sandbox,
    env: { ...alone.sandbox.env, HOME: '/proc', XDG_CACHE_HOME: undefined },
  };
  expect(await runProgram(homeless, ['ask', 'What is the capital of France?'])).toMatchObject({ code: 0 });
  const { code, stderr } = await runProgram(homeless, ['sessions', 'list']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/\/proc\/\.local\/share\/vastar-tui.*no such file or folder/),
  });
});

test.concurrent('an answer cut off at the token limit is reported on stderr and exits with 0', async () => {
  const finish = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
  await endpoint({ chunks: sseEvents(deltaOf('It is'), finish, '[DONE]') });
  expect(await here(['ask', 'Why?'])).toMatchObject({
    code: 0,
    stdout: 'It is\n',
    stderr: 'vastar-tui: the answer was cut at the token limit (finish_reason length): raise max_tokens\n',
  });
  expect((await here(['ask', 'Why?', '--json'])).stderr).toBe('');
});
