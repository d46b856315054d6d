import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { defineSimulator } from '../../src/commands/simulator.js';
import { holdSimulator } from '../../src/simulator/http/hold.js';
import { MODELS } from '../../src/simulator/models.js';
import { bundled } from '../support/programs/bundled.js';
import { eventually, postChat, simulatorForTest } from './chat-client.js';

interface Running {
  child: ChildProcessByStdio<Writable, null, Readable>;
  stderr(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

let program: string;
beforeAll(async () => {
  program = await bundled('simulator-command', 'test/simulator/command-program.ts');
});

function run(...flags: string[]): Running {
  const child = spawn(process.execPath, [program, 'simulator', ...flags], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, stderr: () => stderr, ended };
}

async function listening(running: Running): Promise<string> {
  await Promise.race([
    eventually(() => /listening on/.test(running.stderr())),
    running.ended.then(() => Promise.reject(new Error(running.stderr()))),
  ]);
  return /http:\S+/.exec(running.stderr())?.[0] ?? '';
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'it serves until %s, and ends cleanly',
  async (signal) => {
    const running = run('--port', '0', '--ttft', '10');
    const url = await listening(running);
    expect(running.stderr()).toBe(`simulator listening on ${url} (Ctrl+C stops it)\n`);
    const streaming = await postChat({ url }, { model: 'sim-fault-hang-mid', stream: true });
    running.child.kill(signal);
    expect(await running.ended).toBe(0);
    await expect(streaming.text()).rejects.toThrow();
  },
);

test('with --exit-with-stdin it ends when stdin closes', async () => {
  const running = run('--port', '0', '--exit-with-stdin');
  await listening(running);
  running.child.stdin.end();
  expect(await running.ended).toBe(0);
});

test('with --exit-with-stdin it stays while another program holds it', async () => {
  const running = run('--port', '0', '--exit-with-stdin');
  const url = await listening(running);
  const hold = await holdSimulator(new URL(url), new AbortController().signal);
  running.child.stdin.end();
  // Long enough that a simulator that ends too early would have ended.
  const early = new Promise((resolve) => setTimeout(resolve, 200, 'still there'));
  expect(await Promise.race([running.ended, early])).toBe('still there');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  hold?.release();
  expect(await running.ended).toBe(0);
});

test('without it, a closed stdin changes nothing', async () => {
  const running = run('--port', '0');
  running.child.stdin.end();
  const url = await listening(running);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('a port in use ends it with code 69 and advice', async () => {
  const { port } = await simulatorForTest();
  const running = run('--port', String(port));
  expect(await running.ended).toBe(69);
  expect(running.stderr()).toMatch(/choose another port with --port, .* because the port is in use/);
});

describe('its flags', () => {
  async function parse(...flags: string[]): Promise<{ error: unknown; printed: string }> {
    let printed = '';
    const program = new Command('vastar-tui');
    defineSimulator(program.command('simulator'));
    for (const command of program.commands) {
      command.exitOverride().configureOutput({
        writeOut: (text) => {
          printed += text;
        },
        writeErr: (text) => {
          printed += text;
        },
      });
    }
    const error = await program
      .parseAsync(['simulator', ...flags], { from: 'user' })
      .catch((thrown: unknown) => thrown);
    return { error, printed };
  }

  test.each([
    ['--port', '65536', 'a whole number from 0 to 65535'],
    ['--port', '-1', 'a whole number from 0 to 65535'],
    ['--port', '80.5', 'a whole number from 0 to 65535'],
    ['--ttft', 'NaN', 'a number of milliseconds from 0 to 600000, or constant:MS, normal:'],
    ['--ttft', '1e9', 'a number of milliseconds from 0 to 600000'],
    ['--gap', '700000', 'a number of milliseconds from 0 to 600000'],
    ['--gap', 'normal:5', 'a number of milliseconds from 0 to 600000'],
    ['--prefill', '-1', 'a number from 0 to 1000'],
    ['--fault-rate', '1.1', 'a number from 0 to 1'],
    ['--fault', 'flood', 'none or one of 400, 401'],
    ['--fault', '__proto__', 'none or one of 400, 401'],
    ['--faults', '429=x', 'a list such as 429=2,reset=1'],
    ['--tokens', '0', 'a whole number from 1 to 16384'],
    [
      '--profile',
      'warp',
      'one of instant, fast, typical, slow, reasoning, openrouter, azure, deepseek, o-series, groq, llama-cpp, rate-limited',
    ],
    ['--compat', 'azure', 'openai or rai'],
    ['--tps', '0', 'a number from 0.1 to 100000'],
    ['--tps', 'Infinity', 'a number from 0.1 to 100000'],
    ['--tps', '', 'a number from 0.1 to 100000'],
    ['--seed', '4294967296', 'a whole number from 0 to 4294967295'],
  ])('%s %s is refused with the range', async (flag, value, range) => {
    const { error, printed } = await parse(flag, value);
    expect(error).toBeInstanceOf(CommanderError);
    expect(printed).toContain(`argument '${value}' is invalid. It must be ${range}`);
  });

  test('are explained with every model name and an example, without internal flags', async () => {
    const { printed } = await parse('--help');
    // The terminal's width breaks the longer lines.
    const words = printed.replace(/\s+/g, ' ');
    for (const { id, about } of MODELS) expect(words).toContain(` ${id} ${about} `);
    expect(printed).toContain('curl -N http://127.0.0.1:4545/v1/chat/completions');
    expect(printed).not.toContain('exit-with-stdin');
  });
});
