import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, NODE, type Sandbox } from '../../test/support/programs/program.js';

export const BODY = '{"model":"m","messages":[{"role":"user","content":"go"}],"stream":true}';
const root = join(import.meta.dirname, '..', '..');

/** A program that sends requests. */
export interface LoadClient {
  name: string;
  /** Sends `count` requests to the address, `atATime` at a time. Returns the CPU time of the whole program, in s. */
  run(url: string, count: number, atATime: number): number;
}

export interface Report {
  completed: number;
  failed: number;
  requests_per_s: number;
  itl_ms: { p50: number; p99: number } | null;
  instrument: { event_loop_delay_ms: { p99: number }; workers: number };
}

/** Runs a program to its end. Returns its CPU time, in s. */
function cpuOf(sandbox: Sandbox, name: string, args: readonly string[], cwd: string, env = {}): number {
  const timed = ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', name, ...args];
  const { stderr, status } = spawnSync('bash', timed, {
    cwd,
    env: { ...sandbox.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return Number(user) + Number(system);
}

/** Returns the client that runs `bench` of this project, or of another checkout at `cli`. */
export function ownClient(sandbox: Sandbox, name = 'bench', cli = CLI): LoadClient {
  return {
    name,
    run(url, count, atATime) {
      return runOwn(sandbox, url, ['--requests', String(count), '--concurrency', String(atATime)], { cli });
    },
  };
}

/**
 * Runs `bench` with a load's flags to its end. Returns its CPU time, in s.
 * @param under a command that runs the program, such as `taskset -c 1` [none]
 */
export function runOwn(
  sandbox: Sandbox,
  url: string,
  load: readonly string[],
  {
    env = {},
    cli = CLI,
    under = [],
  }: { env?: NodeJS.ProcessEnv; cli?: string; under?: readonly string[] } = {},
): number {
  const to = ['--mode', 'openai', '--model', 'm', '--url', url];
  const command = [...under, NODE, cli, 'bench', ...to, ...load, '--json', 'report.json'];
  const [name = NODE, ...args] = command;
  return cpuOf(sandbox, name, args, sandbox.dir, env);
}

export function ownReport(sandbox: Sandbox): Report {
  const { runs } = JSON.parse(readFileSync(join(sandbox.dir, 'report.json'), 'utf8')) as { runs: [Report] };
  return runs[0];
}

/** Returns the clients for other programs that are installed. */
export function otherClients(sandbox: Sandbox): LoadClient[] {
  const installed = (name: string): boolean => spawnSync('which', [name]).status === 0;
  const autocannon: LoadClient = {
    name: 'autocannon',
    run(url, count, atATime) {
      const args = [
        '-c',
        String(atATime),
        '-a',
        String(count),
        '-t',
        '600',
        '-m',
        'POST',
        '-b',
        BODY,
        '-j',
        url,
      ];
      return cpuOf(sandbox, 'autocannon', args, sandbox.dir);
    },
  };
  const hey: LoadClient = {
    name: 'hey',
    run(url, count, atATime) {
      const limits = ['-n', String(count), '-c', String(atATime), '-cpus', '1', '-t', '0'];
      return cpuOf(sandbox, 'hey', [...limits, '-m', 'POST', '-d', BODY, url], sandbox.dir);
    },
  };
  const openai: LoadClient = {
    name: 'openai',
    run(url, count, atATime) {
      const script = `import OpenAI from 'openai';
        const client = new OpenAI({ baseURL: '${url}', apiKey: 'x', maxRetries: 0 });
        let left = ${count};
        await Promise.all(Array.from({ length: ${atATime} }, async () => {
          while (left-- > 0) for await (const _ of await client.chat.completions.create(${BODY}));
        }));`;
      return cpuOf(sandbox, NODE, ['--input-type=module', '-e', script], root);
    },
  };
  return [...(installed('autocannon') ? [autocannon] : []), ...(installed('hey') ? [hey] : []), openai];
}
