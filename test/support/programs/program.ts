import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENCE_MS, startPatience } from '../clocks/patience.js';
import { freePort } from '../servers/free-port.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** The built program, as a user starts it. */
export const CLI = join(root, 'dist', 'cli.js');
/** The built daemon. */
export const RUNTIME = join(root, 'dist', 'runtime.js');
export const NODE = process.execPath;

/**
 * All programs that tests start share this folder for compiled code: a start without it takes one and a half times as
 * long.
 */
export const CACHE = join(root, 'node_modules', '.cache');

/** A separate home for one test: socket, configuration, logs. */
export interface Sandbox {
  dir: string;
  socketPath: string;
  env: NodeJS.ProcessEnv;
  /** The address of this sandbox's simulator. */
  simulatorUrl: string;
  writeConfig(yaml: string): string;
  remove(): void;
}

/** @param simulator the address of a running simulator [a free port] */
export async function makeSandbox(extra: NodeJS.ProcessEnv = {}, simulator?: string): Promise<Sandbox> {
  const dir = mkdtempSync(join(tmpdir(), 'vastar-'));
  const socketPath = join(dir, 'runtime.sock');
  const simulatorUrl = simulator ?? `http://127.0.0.1:${await freePort()}`;
  const sandbox: Sandbox = {
    dir,
    socketPath,
    simulatorUrl,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      XDG_CACHE_HOME: CACHE,
      VASTAR_SOCKET_PATH: socketPath,
      ...extra,
    },
    writeConfig(yaml) {
      const path = join(dir, 'config.yaml');
      writeFileSync(path, yaml);
      return path;
    },
    remove() {
      // The processes of a killed chat end a moment later, and may still write a file.
      rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
  sandbox.writeConfig(`simulator:\n  base_url: ${simulatorUrl}\n`);
  return sandbox;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** stderr without the messages that only a busy machine causes. */
  stderr: string;
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  stdout(): string;
  /** The whole output, with the messages that a busy machine causes. */
  stderr(): string;
  /** Resolves when stdout matches. */
  untilStdout(pattern: RegExp): Promise<void>;
  untilStderr(pattern: RegExp): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the built program with these arguments; stdin stays open until `child.stdin.end()`. */
export function startProgram(sandbox: Sandbox, args: readonly string[], file: string = CLI): Running {
  const child = spawn(NODE, [file, ...args], { cwd: sandbox.dir, env: sandbox.env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: withoutBusy(stderr) }));
  });
  const until = (stream: NodeJS.ReadableStream, text: () => string, pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(text())) return;
        stream.off('data', look);
        resolve();
      };
      stream.on('data', look);
      ended.then((end) => reject(new Error(`ended before ${pattern}: ${JSON.stringify(end)}`)), reject);
      look();
    });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    untilStdout: (pattern) => until(child.stdout, () => stdout, pattern),
    untilStderr: (pattern) => until(child.stderr, () => stderr, pattern),
    ended,
  };
}

/** The message of `ask` about a daemon without CPU, which a busy machine causes. */
const BUSY = /vastar-tui: no answer from the daemon for 2 s\n(?:vastar-tui: the daemon answers again\n)?/g;

/** Returns the part of a program's stderr that an idle machine would show. */
export const withoutBusy = (stderr: string): string => stderr.replace(BUSY, '');

/** Runs the built program to its end. */
export async function runProgram(
  sandbox: Sandbox,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Ended> {
  const running = startProgram(sandbox, args);
  running.child.stdin.on('error', () => {});
  running.child.stdin.end(input);
  return running.ended;
}

/** Whether a process still exists. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when `probe` returns true; for states of other processes without an event. */
export async function until(probe: () => boolean | Promise<boolean>, limitMs = PATIENCE_MS): Promise<void> {
  let passed = false;
  const end = startPatience(() => {
    passed = true;
  }, limitMs);
  try {
    while (!(await probe())) {
      if (passed) throw new Error(`not so within ${limitMs} ms: ${probe}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    end();
  }
}
