import { type ChildProcess, spawn } from 'node:child_process';
import { bundled } from './bundled.js';
import { CACHE } from './program.js';

/** The daemon as programs of one file each, built from the sources under test. */
export interface DaemonPrograms {
  /** `vastar-connector-runtime` */
  daemon: string;
  /** `vastar-tui` with only its `runtime` command. */
  cli: string;
}

export async function buildDaemonPrograms(): Promise<DaemonPrograms> {
  const [daemon, cli] = await Promise.all([
    bundled('daemon', 'src/runtime/main.ts'),
    bundled('runtime-command', {
      text: `import { Command } from 'commander';
        import { defineRuntime } from './src/commands/runtime.ts';
        const program = new Command('vastar-tui').option('--socket <path>');
        defineRuntime(program.command('runtime'));
        await program.parseAsync(process.argv);`,
    }),
  ]);
  return { daemon, cli };
}

/** A started program, and its output. */
export interface RunningProgram {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when stderr contains a match; rejects when the program ends first. */
  untilStderr(pattern: RegExp): Promise<void>;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

export function runProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningProgram {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // By the folder, the end of a run finds what it has left.
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, XDG_CACHE_HOME: CACHE, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdin.on('error', () => {});
  child.stdout.on('data', (text) => {
    stdout += String(text);
  });
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    untilStderr: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(stderr)) resolve();
        };
        child.stderr.on('data', check);
        check();
        void ended.then((how) => reject(new Error(`it ended with ${how}, and said: ${stderr}`)));
      }),
  };
}
