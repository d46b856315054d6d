import { homedir } from 'node:os';
import { Readable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { main } from '../../../src/commands/main.js';
import { STOP_SIGNALS } from '../../../src/common/program/stop-signals.js';
import { type Sandbox, withoutBusy } from './program.js';

/** The result of a command line. */
export interface Answered {
  code: number;
  stdout: string;
  /** stderr without the messages that only a busy machine causes. */
  stderr: string;
}

export interface HereOptions {
  /** stdout and stderr are a terminal for the command [false]. */
  readonly terminal?: boolean;
}

const { getColorDepth, hasColors } = WriteStream.prototype;
const TERMINAL = { isTTY: true, columns: 120, rows: 40, getColorDepth, hasColors };

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line in this process, where a separate process takes a hundred times as long. Use it where the test is
 * about what the command reads, sends and writes. Not for commands whose times the test checks, and for those that start
 * other programs or stay open. stdin is empty. The commands run one after another, because a process has one folder and
 * one environment.
 */
export function runHere(
  sandbox: Sandbox,
  args: readonly string[],
  options: HereOptions = {},
): Promise<Answered> {
  const answered = last.then(() => runNow(sandbox, args, options));
  last = answered.catch(() => {});
  return answered;
}

async function runNow(
  { dir, env }: Sandbox,
  args: readonly string[],
  { terminal = false }: HereOptions,
): Promise<Answered> {
  const before = { dir: process.cwd(), env: { ...process.env }, exitCode: process.exitCode };
  const listeners = signalListeners();
  const streams = [process.stdout, process.stderr] as const;
  const written = streams.map((stream) => {
    const { write } = stream;
    const known = stream.listeners('error');
    const changed = terminal ? TERMINAL : { isTTY: false };
    const own = Object.keys(changed).map(
      (name) => [name, Object.getOwnPropertyDescriptor(stream, name)] as const,
    );
    Object.assign(stream, changed);
    const seen = { text: '' };
    stream.write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      seen.text += typeof text === 'string' ? text : Buffer.from(text).toString();
      const done = rest.at(-1);
      if (typeof done === 'function') queueMicrotask(() => done());
      return true;
    };
    return {
      seen,
      restore() {
        stream.write = write;
        for (const [name, property] of own) {
          if (property === undefined) Reflect.deleteProperty(stream, name);
          else Object.defineProperty(stream, name, property);
        }
        for (const listener of stream.listeners('error')) {
          if (!known.includes(listener)) stream.off('error', listener as (error: Error) => void);
        }
      },
    };
  });
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin');
  process.chdir(dir);
  // Other tests of the file make their folders meanwhile.
  become({ TMPDIR: before.env.TMPDIR, ...env });
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([]) });
  try {
    // Otherwise the command would change the user's saved sessions.
    if (homedir() !== env.HOME) throw new Error(`the home is ${homedir()} in place of ${env.HOME}`);
    await main(['node', 'vastar-tui', ...args]);
    const left = signalListeners() - listeners;
    if (left > 0) throw new Error(`the command leaves ${left} listeners of signals`);
    const [stdout = '', stderr = ''] = written.map(({ seen }) => seen.text);
    return { code: Number(process.exitCode ?? 0), stdout, stderr: withoutBusy(stderr) };
  } finally {
    for (const { restore } of written) restore();
    if (stdin !== undefined) Object.defineProperty(process, 'stdin', stdin);
    process.chdir(before.dir);
    become(before.env);
    process.exitCode = before.exitCode;
  }
}

function signalListeners(): number {
  return STOP_SIGNALS.reduce((count, name) => count + process.listenerCount(name), 0);
}

/** Changed in place, because Node itself reads the variables of the process, not another object. */
function become(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}
