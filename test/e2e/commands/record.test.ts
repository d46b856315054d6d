import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parseRecordings } from '../../../src/simulator/recordings/recording.js';
import { constant, simulatorForTest } from '../../simulator/chat-client.js';
import { harnessForEach, harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { CLI, NODE } from '../../support/programs/program.js';
import { flushed } from '../../support/servers/compress.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
/** Where nothing runs. */
const alone = harnessForEach();
const { endpoint, run, start } = harness;
const fixture = (name: string): string =>
  join(import.meta.dirname, '../../fixtures/recordings', `${name}.jsonl`);
const inPlace = (name: string): string => join(harness.sandbox.dir, name);
const recorded = (name: string) => parseRecordings(readFileSync(inPlace(name), 'utf8'), name);

const chunks = sseEvents(deltaOf('Es '), deltaOf('regnet.'), FINISH, '[DONE]');
const question = 'Wie ist das Wetter?';

describe('record', () => {
  test.concurrent('prints the answer and stores the provider’s bytes with their times', async () => {
    const printed = Promise.withResolvers<void>();
    await endpoint({
      chunks,
      async onSend(index) {
        if (index !== 1) return;
        await printed.promise;
        await sleep(120);
      },
    });
    const running = start(['record', question, '--output', 'r.jsonl']);
    running.child.stdin.end();
    await running.untilStdout(/Es /);
    printed.resolve();
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Es regnet.\n' });
    expect(stderr).toMatch(/^vastar-tui: recorded \d pieces, \d+ bytes, to r\.jsonl\n$/);
    const [recording] = recorded('r.jsonl');
    expect(recording).toMatchObject({ model: 'gpt-3.5-turbo', stream: true, status: 200, ending: 'end' });
    const parts = recording?.parts ?? [];
    expect(Buffer.concat(parts.map(({ bytes }) => bytes)).toString()).toBe(chunks.join(''));
    // The second piece was sent this long after the first one had arrived.
    expect(Number(parts.at(-1)?.atMs) - Number(parts[0]?.atMs)).toBeGreaterThan(118);
  });

  test.concurrent('a compressed answer is recorded decoded and replayed, and a repeated key is hidden', async () => {
    const key = 'sk-said-back-4711';
    const events = sseEvents(deltaOf('Es '), deltaOf(`regnet, ${key}.`), FINISH, '[DONE]');
    const sent = await flushed('gzip', events.map(Buffer.from));
    await endpoint({ headers: { 'content-encoding': 'gzip' }, chunks: sent, gapMs: 20 }, key);
    await run(['record', question, '--output', 'r.jsonl']);
    const text = readFileSync(inPlace('r.jsonl'), 'utf8');
    expect(text).toContain('regnet, ***');
    expect(text).not.toContain(key);
    const { code, stdout } = await run(['replay', 'r.jsonl']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Es regnet, ${'*'.repeat(key.length)}.\n` });
  });

  test.concurrent('stores neither the question nor a key that the provider repeats, and only the owner may read the file', async () => {
    const key = 'sk-said-back-4711';
    await endpoint(
      { status: 401, contentType: 'application/json', chunks: [`{"error":{"message":"bad key ${key}"}}`] },
      key,
    );
    const { code, stderr } = await run(['record', question, '--output', 'r.jsonl']);
    expect(code).toBe(4);
    const text = readFileSync(inPlace('r.jsonl'), 'utf8');
    expect(text).toContain(`bad key ${'*'.repeat(key.length)}`);
    expect(text + stderr).not.toContain(key);
    expect(text).not.toContain(question);
    expect(statSync(inPlace('r.jsonl')).mode & 0o777).toBe(0o600);
  });

  test.concurrent('appends to a file of recordings; a stopped answer ends as a lost connection', async () => {
    const upstream = await endpoint({ chunks: sseEvents(deltaOf('half ')), end: 'hang' });
    writeFileSync(inPlace('r.jsonl'), readFileSync(fixture('plain')));
    const running = start(['record', question, '--output', 'r.jsonl']);
    running.child.stdin.end();
    await running.untilStdout(/half/);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/lost connection/),
    });
    expect(await (await upstream.request(0)).ended).toBe('hung up');
    expect(recorded('r.jsonl').map(({ ending }) => ending)).toEqual(['end', 'broken']);
  });

  test.concurrent.each(['reset', 'cut'])(
    'a connection that the server breaks (%s) in the middle is recorded as broken, and its replay fails alike',
    async (way) => {
      // A reset discards what was not read, so it comes after the text was printed.
      const printed = Promise.withResolvers<void>();
      await endpoint(async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(sseEvents(deltaOf('half ')).join(''));
        await printed.promise;
        if (way === 'reset') response.socket?.resetAndDestroy();
        else response.socket?.destroy();
      });
      const recording = start(['record', question, '--output', 'r.jsonl']);
      recording.child.stdin.end();
      await recording.untilStdout(/half/);
      printed.resolve();
      const original = await recording.ended;
      expect(original).toMatchObject({
        code: 3,
        stdout: 'half \n',
        stderr: expect.stringMatching(/it ends with a lost connection/),
      });
      expect(recorded('r.jsonl')[0]?.ending).toBe('broken');
      expect(await run(['replay', 'r.jsonl'])).toMatchObject({
        code: original.code,
        stdout: original.stdout,
      });
    },
  );

  test.concurrent("the simulator's reset is recorded as broken; a regular end without a finish is not", async () => {
    const simulator = await simulatorForTest({ settings: { ttft: constant(10), gap: constant(1) } });
    harness.sandbox.writeConfig(`openai:\n  base_url: ${simulator.url}\n  api_key: sk-test\n`);
    for (const [fault, code, ending] of [
      ['reset', 3, 'broken'],
      ['cut', 8, 'end'],
    ] as const) {
      const file = `${fault}.jsonl`;
      const flags = ['--mode', 'openai', '--model', `sim-fault-${fault}`, '--output', file];
      const original = await run(['record', 'hi', ...flags]);
      expect(original.code).toBe(code);
      expect(recorded(file)[0]?.ending).toBe(ending);
      expect(await run(['replay', file])).toMatchObject({ code, stdout: original.stdout });
    }
  });

  test.concurrent('records nothing without an answer', async () => {
    harness.sandbox.writeConfig('openai:\n  api_key: sk-test\n  base_url: http://127.0.0.1:1\n');
    const { code, stderr } = await run(['record', 'hi', '--mode', 'openai', '--output', 'r.jsonl']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/ECONNREFUSED.*\nvastar-tui: nothing was recorded/);
    expect(existsSync(inPlace('r.jsonl'))).toBe(false);
  });

  test.concurrent('a recording that does not fit on the disk leaves nothing, and the file stays usable', async () => {
    const bytes = readFileSync(fixture('plain'));
    writeFileSync(inPlace('old.jsonl'), bytes);
    const { dir, env } = harness.sandbox;
    for (const file of ['old.jsonl', 'new.jsonl']) {
      const command = `ulimit -f ${Math.ceil(bytes.length / 512) + 1}; exec "$@"`;
      const args = [
        '-c',
        command,
        'sh',
        NODE,
        CLI,
        'record',
        'hi',
        '--header',
        'x-sim-profile: instant',
        '--output',
        file,
      ];
      const limited = spawn('sh', args, { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
      expect(await text(limited.stderr)).toMatch(/the recording cannot be written/);
    }
    expect(readFileSync(inPlace('old.jsonl'))).toEqual(bytes);
    expect(existsSync(inPlace('new.jsonl'))).toBe(false);
  });

  test.concurrent.each([
    [[], /required option '--output <file>'/],
    [
      ['--output', 'config.yaml'],
      /config\.yaml, line 1: this line does not belong to a recording\. Give --output a new file/,
    ],
    [
      ['--output', 'absent/r.jsonl'],
      /--output absent\/r\.jsonl cannot be written: there is no such file or folder/,
    ],
    // Reading the whole stream would never end.
    [['--output', '/dev/full'], /\/dev\/full cannot be written: it is not a regular file/],
    [['--output', '-'], /--output needs a file/],
  ])('with %j sends no question', async (flags, pattern) => {
    const upstream = await endpoint({ chunks });
    expect(await runHere(harness.sandbox, ['record', 'hi', ...flags])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(pattern),
    });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('replay', () => {
  test.concurrent.each([
    ['plain', 0, 'Lorem ipsum dolor sit amet, consectetur adipisc\n', ''],
    ['refused', 5, '', /answered 429: Rate limit reached/],
    ['reset', 3, 'Lorem ipsum dolor sit amet\n', /closed the connection in the middle/],
    ['error-midway', 3, 'Lorem ipsum dolor sit amet\n', /reported an error in its answer/],
    ['split-characters', 0, /Chinese .* 你好，世界/, ''],
  ] as const)('reproduces the recording "%s"', async (name, code, stdout, stderr) => {
    const ended = await run(['replay', fixture(name)]);
    expect(ended.code).toBe(code);
    for (const [text, expected] of [
      [ended.stdout, stdout],
      [ended.stderr, stderr],
    ] as const) {
      if (typeof expected === 'string') expect(text).toBe(expected);
      else expect(text).toMatch(expected);
    }
  });

  test.concurrent('plays all recordings of a file, scaled, with figures', async () => {
    writeFileSync(inPlace('two.jsonl'), readFileSync(fixture('plain')));
    writeFileSync(inPlace('two.jsonl'), readFileSync(fixture('reasoning')), { flag: 'a' });
    const { code, stdout } = await run(['replay', 'two.jsonl', '--json', '--speed', '0.2']);
    expect(code).toBe(0);
    const done = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'done');
    expect(done).toHaveLength(2);
    expect(done[1].reasoning).not.toBe('');
    const [plain] = parseRecordings(readFileSync(fixture('plain'), 'utf8'), 'plain');
    expect(done[0].metrics.ttft_ms).toBeGreaterThan((plain?.headersMs ?? 0) * 5);
  });

  test.concurrent('plays the intact recordings of a damaged file and names the damage', async () => {
    const plain = readFileSync(fixture('plain'), 'utf8');
    writeFileSync(inPlace('damaged.jsonl'), `\u{feff}${plain}${plain.slice(0, plain.length / 2)}\n${plain}`);
    const { code, stdout, stderr } = await run(['replay', 'damaged.jsonl', '--speed', '20']);
    expect(code).toBe(0);
    expect(stdout.match(/Lorem/g)).toHaveLength(2);
    expect(stderr).toMatch(/^vastar-tui: damaged\.jsonl, line \d+: .*skipped\.\n$/);
  });

  test.concurrent('plays a recorded refusal once with its Retry-After and without delay', async () => {
    const body = JSON.stringify({ error: { message: 'slow down', code: 'rate_limit_exceeded' } });
    const upstream = await endpoint({
      status: 429,
      contentType: 'application/json',
      headers: { 'retry-after': '40' },
      chunks: [body],
    });
    // With a time limit below Retry-After, no retry can follow.
    await run(['record', question, '--timeout', '8', '--output', 'r.jsonl']);
    expect(recorded('r.jsonl')[0]?.headers).toMatchObject({ 'retry-after': '40' });
    expect(upstream.requests.length).toBeGreaterThan(0);
    writeFileSync(inPlace('r.jsonl'), readFileSync(fixture('plain')), { flag: 'a' });
    const { code, stdout } = await run(['replay', 'r.jsonl', '--json', '--speed', '20']);
    expect(code).toBe(5);
    const done = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'done');
    expect(done).toMatchObject([
      { outcome: 'error', error: { status: 429, retry_after_ms: 40_000 }, metrics: { attempts: 1 } },
      { outcome: 'complete' },
    ]);
  });

  test.concurrent('--loop continues until it is interrupted', async () => {
    const running = start(['replay', fixture('plain'), '--loop', '--speed', '10']);
    await running.untilStdout(/(Lorem.*\n){3}/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test.concurrent('uses only the daemon and neither starts nor contacts a simulator', async () => {
    expect((await alone.run(['replay', fixture('plain')])).code).toBe(0);
    await expect(fetch(alone.sandbox.simulatorUrl)).rejects.toThrow();
  });

  test.concurrent.each([
    [['absent.jsonl'], /absent\.jsonl cannot be read: there is no such file or folder/],
    [
      ['config.yaml'],
      /give a file that "record" or "simulator --record" wrote, or a HAR file: config\.yaml .* line 1: this line does not belong/,
    ],
    [['config.yaml', '--speed', '0'], /number from 0\.01 to 1000/],
    [[], /missing required argument 'file'/],
  ])('%j is refused', async (args, pattern) => {
    expect(await runHere(harness.sandbox, ['replay', ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(pattern),
    });
  });
});
