import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeSandbox,
  type Running,
  runProgram,
  type Sandbox,
  startProgram,
} from '../../support/programs/program.js';

const root = join(import.meta.dirname, '..', '..', '..');
const snippets = join(root, 'test', 'fixtures', 'seed');

const readmeSnippets = ['readme-1.ts', 'readme-2.ts'];

let sandbox: Sandbox;
let daemon: Running;
let simulator: Running;

// The documented manual setup: runtime and simulator are started first.
beforeAll(async () => {
  sandbox = await makeSandbox();
  daemon = startProgram(sandbox, ['runtime', 'run']);
  simulator = startProgram(sandbox, [
    'simulator',
    '--port',
    new URL(sandbox.simulatorUrl).port,
    '--ttft',
    '5',
    '--tps',
    '2000',
  ]);
  mkdirSync(join(sandbox.dir, 'node_modules'));
  symlinkSync(root, join(sandbox.dir, 'node_modules', 'vastar-tui'));
  symlinkSync(join(root, 'node_modules', '@types'), join(sandbox.dir, 'node_modules', '@types'));
  cpSync(snippets, sandbox.dir, { recursive: true });
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(
    'http://localhost:4545',
    sandbox.simulatorUrl,
  );
  for (const [index, [, text = '']] of [...readme.matchAll(/^```ts\n(.*?)^```/gms)].entries())
    writeFileSync(join(sandbox.dir, `readme-${index + 1}.ts`), text);
  writeFileSync(join(sandbox.dir, 'package.json'), '{"type":"module"}');
  await Promise.all([daemon.untilStderr(/listening on/), simulator.untilStderr(/listening on/)]);
});

afterAll(async () => {
  daemon.child.kill();
  simulator.child.kill();
  await Promise.all([daemon.ended, simulator.ended]);
  sandbox.remove();
});

function node(args: readonly string[]) {
  return spawnSync(process.execPath, args, {
    cwd: sandbox.dir,
    env: { ...sandbox.env, BASE_URL: sandbox.simulatorUrl },
    encoding: 'utf8',
  });
}

test('the snippets compile in strict mode against the published types', () => {
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  const modules = ['--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = node([tsc, ...flags, ...modules, 'basic.ts', 'sdk.ts', 'errors.ts', ...readmeSnippets]);
  expect(result.stdout + result.stderr).toBe('');
  expect(result.status).toBe(0);
});

test('the snippets of README.md run as they stand', () => {
  sandbox.writeConfig(`simulator:\n  base_url: ${sandbox.simulatorUrl}\n`);
  const [connector = '', client = ''] = readmeSnippets.map((name) => {
    const { stdout, stderr } = node([name]);
    expect(stderr).toBe('');
    return stdout;
  });
  expect(connector).toMatch(/quantum.*complete \d/is);
  expect(client).toMatch(/"object":"list"/);
});

test('the basic example streams and answers', () => {
  const result = node(['basic.ts']);
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(/AI Response: .*quantum/is);
  expect(result.stdout).toMatch(/Answer: .*TypeScript/s);
});

test('the SDK used directly collects a stream and parses it', () => {
  const result = node(['sdk.ts']);
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(/^AI: \S/);
});

test('errors carry the request, the class and a message', () => {
  sandbox.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: http://127.0.0.1:1\nsimulator:\n  enabled: false\n`,
  );
  const result = node(['errors.ts']);
  sandbox.writeConfig(`simulator:\n  base_url: ${sandbox.simulatorUrl}\n`);
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/Connector Error:/);
  expect(result.stderr).toMatch(/errorClass: 'Transient'/);
  expect(result.stderr).toMatch(/127\.0\.0\.1:1/);
});

test('a copy of the example configuration works unchanged', async () => {
  const example = readFileSync(join(root, 'config.example.yaml'), 'utf8');
  const own = await makeSandbox({ OPENAI_API_KEY: 'sk-test', USE_SIMULATOR: 'true' });
  own.writeConfig(example.replaceAll('http://localhost:4545', own.simulatorUrl));
  const answer = await runProgram(own, ['ask', 'What is the capital of France?']);
  own.remove();
  expect(answer).toMatchObject({ code: 0, stdout: 'The capital of France is Paris.\n', stderr: '' });
});

test('the demo prints its three examples', async () => {
  const { code, stdout, stderr } = await runProgram(sandbox, ['demo', '--mode', 'simulator']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const part of [
    'Testing connection...',
    `URL: ${sandbox.simulatorUrl}/v1/chat/completions`,
    'Connection successful',
    'Example 1: Streaming Chat Completion',
    'Example 2: Non-Streaming Chat Completion',
    'The capital of France is Paris.',
    'Example 3: Sequential Requests',
    'Q: What is async/await?',
    'All examples completed successfully!',
  ]) {
    expect(stdout).toContain(part);
  }
  expect(stdout).toMatch(/Total response length: \d{3,} characters/);
});
