import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineConfig } from '../../src/commands/config.js';
import { type ConfigSandbox, makeConfigSandbox } from './config-sandbox.js';

let exitCodeBefore: typeof process.exitCode;
beforeEach(() => {
  exitCodeBefore = process.exitCode;
  process.exitCode = undefined;
});
afterEach(() => {
  process.exitCode = exitCodeBefore;
});

async function run(sandbox: ConfigSandbox, args: string[], env = {}) {
  let stdout = '';
  let stderr = '';
  const program = new Command('vastar-tui')
    .option('--config <file>')
    .option('--mode <name>')
    .option('--model <name>')
    .option('--base-url <url>')
    .option('--socket <path>')
    .configureOutput({
      writeOut: (text) => {
        stdout += text;
      },
      writeErr: (text) => {
        stderr += text;
      },
    });
  defineConfig(program.command('config'), { cwd: sandbox.cwd, directories: sandbox.directories, env });
  await program.parseAsync(['config', ...args], { from: 'user' });
  return { stdout, stderr, exitCode: process.exitCode };
}

test('print shows each value with its source, and no key', async () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig(`openai:
  api_key: \${OPENAI_API_KEY}
  model: "gpt-4o"
profiles:
  gw: { base_url: http://localhost:1, model: m, api_key: sk-literal }
`);
  const env = { OPENAI_API_KEY: 'sk-abcdef', VASTAR_SOCKET_PATH: '/run/v.sock' };
  const { stdout, stderr, exitCode } = await run(sandbox, ['print', '--mode', 'gw'], env);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(rows).toEqual([
    ['mode', 'gw', '--mode'],
    ['openai.api_key', 'set (from OPENAI_API_KEY)', 'OPENAI_API_KEY'],
    ['openai.base_url', 'https://api.openai.com', 'default'],
    ['openai.model', 'gpt-4o', 'config.yaml:3:10'],
    ['openai.timeout_ms', '60000', 'default'],
    ['openai.idle_ms', '300000', 'default'],
    ['openai.answer_ms', '-', 'default'],
    ['runtime.tenant_id', 'openai-connector', 'default'],
    ['runtime.workspace_id', 'default', 'default'],
    ['runtime.timeout_ms', '60000', 'default'],
    ['runtime.socket_path', '/run/v.sock', 'VASTAR_SOCKET_PATH'],
    ['simulator.enabled', 'true', 'default'],
    ['simulator.base_url', 'http://localhost:4545', 'default'],
    ['simulator.model', '-', 'default'],
    ['simulator.timeout_ms', '-', 'default'],
    ['simulator.idle_ms', '-', 'default'],
    ['simulator.answer_ms', '-', 'default'],
    ['chat.system', '-', 'default'],
    ['chat.temperature', '-', 'default'],
    ['chat.max_tokens', '-', 'default'],
    ['slo.ttft_ms', '-', 'default'],
    ['slo.tpot_ms', '-', 'default'],
    ['sessions.save', 'true', 'default'],
    ['theme', 'auto', 'default'],
    ['motion', 'full', 'default'],
    ['mouse', 'true', 'default'],
    ['discover', 'ollama 11434, lmstudio 1234, vllm 8000, llama-cpp 8080, litellm 4000', 'default'],
    ['profiles.gw.base_url', 'http://localhost:1', 'config.yaml:5:19'],
    ['profiles.gw.api_key', 'set (from config.yaml:5:58)', 'config.yaml:5:58'],
    ['profiles.gw.model', 'm', 'config.yaml:5:46'],
    ['profiles.gw.timeout_ms', '-', 'default'],
    ['profiles.gw.idle_ms', '-', 'default'],
    ['profiles.gw.answer_ms', '-', 'default'],
  ]);
  expect(stdout).not.toContain('sk-');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: undefined });
});

test('print --json prints the same as JSON', async () => {
  const sandbox = makeConfigSandbox();
  const file = sandbox.writeConfig('openai: { modle: x }\n');
  const { stdout, exitCode } = await run(sandbox, ['print', '--json', '--model', 'm'], {
    OPENAI_API_KEY: 'sk-abc',
  });
  expect(stdout).not.toContain('sk-abc');
  expect(JSON.parse(stdout)).toMatchObject({
    file,
    mode: 'simulator',
    settings: {
      'openai.api_key': {
        value: 'set (from OPENAI_API_KEY)',
        source: { kind: 'env', variable: 'OPENAI_API_KEY' },
      },
      'simulator.model': { value: 'm', source: { kind: 'flag', name: '--model' } },
    },
    endpoints: [{ name: 'simulator', model: 'm' }, { name: 'openai' }],
    problems: [{ severity: 'error', path: 'openai.modle', suggestion: 'did you mean "model"?' }],
  });
  expect(exitCode).toBe(2);
});

test('problems go to stderr, and an error sets the exit code', async () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai:\n  api_keyy: x\n');
  for (const command of ['print', 'path']) {
    const { stderr, exitCode } = await run(sandbox, [command]);
    expect(stderr).toBe('config.yaml:2:3: unknown key "openai.api_keyy" - did you mean "api_key"?\n');
    expect(exitCode).toBe(2);
  }
});

test('keys that the interface refuses are reported, too', async () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('keys:\n  send: foo\n');
  const { stderr, exitCode } = await run(sandbox, ['print']);
  expect(stderr).toMatch(/^config.yaml:2:9: keys.send: "foo" is not a key: write it like ctrl\+k/);
  expect(exitCode).toBe(2);
});

test('a warning does not change the exit code', async () => {
  const { stderr, exitCode } = await run(makeConfigSandbox(), ['print'], { OPENAI_API_KEY: 'sk-abc\n' });
  expect(stderr).toMatch(/^OPENAI_API_KEY: .*white space/);
  expect(exitCode).toBeUndefined();
});

test('path prints the file in use, and the other places that are searched', async () => {
  const sandbox = makeConfigSandbox();
  const own = `${sandbox.directories.config}/config.yaml`;
  const here = `${sandbox.cwd}/config.yaml`;
  const rows = async (...args: string[]) => {
    const { stdout } = await run(sandbox, ['path', ...args]);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
  };
  expect(await rows()).toEqual([
    ['not there', here, '(current directory)'],
    ['not there', own, '(user directory)'],
  ]);
  sandbox.write('home/config/config.yaml', '');
  expect((await rows())[1]).toEqual(['used', own, '(user directory)']);
  sandbox.writeConfig('');
  expect(await rows()).toEqual([
    ['used', here, '(current directory)'],
    ['not used', own, '(user directory)'],
  ]);
  expect(await rows('--config', 'config.yaml')).toEqual([['used', here, '(given by name)']]);
});

test('trust shows the permissions, and grants them once', async () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai: { base_url: https://gateway.example/v1 }\n');
  const before = await run(sandbox, ['print']);
  expect(before.stderr).toContain(
    'openai is blocked: config.yaml would send OPENAI_API_KEY to https://gateway.example',
  );
  const first = await run(sandbox, ['trust']);
  expect(first.stdout).toBe(
    `Confirmed: in ${sandbox.cwd}\n  openai  OPENAI_API_KEY  -> https://gateway.example/v1\n`,
  );
  expect((await run(sandbox, ['trust'])).stdout).toMatch(/^Confirmed before: /);
  expect((await run(sandbox, ['print'])).stderr).toBe('');
});

test('trust prints a notice when there is nothing to confirm', async () => {
  const sandbox = makeConfigSandbox();
  await expect(run(sandbox, ['trust'])).rejects.toThrow(
    'run this command in the directory of the config.yaml',
  );
  await expect(run(sandbox, ['trust', '--config', 'x.yaml'])).rejects.toThrow('needs no confirmation');
  sandbox.writeConfig('openai: { model: m }\n');
  expect((await run(sandbox, ['trust'])).stdout).toMatch(/^Nothing to confirm/);
});

test('the terminal gets no control sequences from a hostile file', async () => {
  const sandbox = makeConfigSandbox();
  sandbox.writeConfig('openai: { model: "a\\u202eb", "\\e]0;title\\a": 1 }\n');
  const { stdout, stderr } = await run(sandbox, ['print']);
  expect(stdout).toContain('a\\u202eb');
  expect(stderr).toContain('unknown key');
  expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
});
