import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Running, type Sandbox, startProgram } from '../../support/programs/program.js';
import { startForeignDaemon } from '../../support/protocol/foreign-daemon.js';
import { serveScript, sseEvents, startUpstream } from '../../support/servers/upstream.js';

const examples = join(import.meta.dirname, '..', '..', '..', 'examples');

let sandbox: Sandbox;
let daemon: Running;
let simulator: Running;
let config: string;

beforeAll(async () => {
  sandbox = await makeSandbox();
  config = join(sandbox.dir, 'config.yaml');
  daemon = startProgram(sandbox, ['runtime', 'run']);
  const { port } = new URL(sandbox.simulatorUrl);
  simulator = startProgram(sandbox, ['simulator', '--port', port, '--ttft', '5', '--tps', '500']);
  await Promise.all([daemon.untilStderr(/listening on/), simulator.untilStderr(/listening on/)]);
});
afterAll(async () => {
  daemon.child.kill();
  simulator.child.kill();
  await Promise.all([daemon.ended, simulator.ended]);
  sandbox.remove();
});

/** Runs an example as a user would. It imports the built package by its name. */
async function run(name: string, argument: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(process.execPath, [join(examples, name), argument], {
    env: { ...sandbox.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('the examples run and print the documented output', () => {
  test('basic', async () => {
    expect(await run('basic.ts', config)).toContain('The capital of France is Paris.');
  });

  test('streaming', async () => {
    const output = await run('streaming.ts', config);
    expect(output).toMatch(/quantum/i);
    expect(output).toMatch(/\ncomplete: first token after \d+ ms, \d+ tokens\n$/);
  });

  test('cancel', async () => {
    expect(await run('cancel.ts', config)).toMatch(/^cancelled after \d+ pieces: \S/);
  });

  test('retry', async () => {
    const completion = JSON.stringify({
      choices: [{ index: 0, message: { content: 'hello' }, finish_reason: 'stop' }],
    });
    let requests = 0;
    const upstream = await startUpstream((...args) => {
      requests += 1;
      const script =
        requests < 3
          ? { status: 503, chunks: ['busy'] }
          : { contentType: 'application/json', chunks: [completion] };
      return serveScript(script)(...args);
    });
    const own = await makeSandbox();
    const path = own.writeConfig(`simulator:\n  base_url: ${upstream.url}\n`);
    const output = await run('retry.ts', path);
    own.remove();
    await upstream.close();
    expect(output).toMatch(/hello\n$/);
    expect(requests).toBe(3);
  });

  test('runtime-client', async () => {
    const output = await run('runtime-client.ts', `${sandbox.simulatorUrl}/v1/models`);
    expect(output).toMatch(
      /^200 application\/json[\s\S]*"object"[\s\S]*\n\d+ bytes in \d+ µs, attempts: 1\n$/,
    );
  });

  test('foreign-daemon', async () => {
    const foreign = await startForeignDaemon();
    const output = await run('foreign-daemon.ts', config, { VASTAR_SOCKET_PATH: foreign.path });
    await foreign.close();
    expect(output).toBe('a daemon of the public protocol\nThe capital of France is Paris. (buffered)\n');
  });

  test('foreign-daemon streams with our daemon', async () => {
    const output = await run('foreign-daemon.ts', config);
    expect(output).toBe('a daemon that streams\nThe capital of France is Paris. (streamed)\n');
  });
});

test('the streaming example does not show a stream without an end mark as complete', async () => {
  const delta = JSON.stringify({ choices: [{ index: 0, delta: { content: 'Half an' } }] });
  const upstream = await startUpstream({ chunks: sseEvents(delta) });
  const own = await makeSandbox();
  const path = own.writeConfig(`simulator:\n  base_url: ${upstream.url}\n`);
  const output = await run('streaming.ts', path);
  own.remove();
  await upstream.close();
  expect(output).toMatch(/^Half an\ntruncated: /);
});
