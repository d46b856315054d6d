import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { type RawClient, rawClient } from '../protocol/raw-client.js';
import { forEachTest } from '../run/each-test.js';
import {
  buildDaemonPrograms,
  type DaemonPrograms,
  type RunningProgram,
  runProgram,
} from './daemon-program.js';
import { killProcessesWith } from './processes.js';

/** The environment of a test of the daemon's programs. */
export interface DaemonHarness {
  readonly programs: DaemonPrograms;
  readonly folder: string;
  /** The daemon's socket in the folder. */
  readonly path: string;
  /** Starts the daemon's program. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): RunningProgram;
  /** Starts it at the socket; resolves when it listens. */
  daemon(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<RunningProgram>;
  /** Connects to the socket. */
  connect(): Promise<RawClient>;
  /** Runs at the end of the test, before the daemons end; the last first. */
  onEnd(close: () => Promise<void>): void;
  /** Ends processes with this text in their arguments after the test, like those with the folder's path. */
  owns(text: string): void;
}

/**
 * Makes a folder for each test of the file, also for tests at the same time. After the test, it removes the folder and
 * ends the started daemons.
 */
export function daemonHarness(): DaemonHarness {
  let programs: DaemonPrograms;
  beforeAll(async () => {
    programs = await buildDaemonPrograms();
  });
  const current = forEachTest(async () =>
    createHarness(programs, await mkdtemp(join(tmpdir(), 'vt-process-'))),
  );
  return {
    get programs() {
      return programs;
    },
    get folder() {
      return current().folder;
    },
    get path() {
      return current().path;
    },
    start: (args, env) => current().start(args, env),
    daemon: (args, env) => current().daemon(args, env),
    connect: () => current().connect(),
    onEnd: (close) => current().onEnd(close),
    owns: (text) => current().owns(text),
  };
}

interface OwnedHarness extends DaemonHarness {
  close(): Promise<void>;
}

function createHarness(programs: DaemonPrograms, folder: string): OwnedHarness {
  const path = join(folder, 'd.sock');
  const running: RunningProgram[] = [];
  const closing: (() => Promise<void>)[] = [];
  const owned = [folder];
  const start: DaemonHarness['start'] = (args, env = {}) => {
    const program = runProgram(programs.daemon, args, env);
    running.push(program);
    return program;
  };
  return {
    programs,
    folder,
    path,
    start,
    async daemon(args = [], env = {}) {
      const program = start(['--socket', path, ...args], env);
      await program.untilStderr(/listening on/);
      return program;
    },
    async connect() {
      const client = await rawClient({ kind: 'unix', path });
      closing.push(client.close);
      return client;
    },
    onEnd: (close) => void closing.push(close),
    owns: (text) => void owned.push(text),
    async close() {
      for (const close of closing.reverse()) await close();
      for (const { process: child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      killProcessesWith(owned);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}
