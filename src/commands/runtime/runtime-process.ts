import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressText } from '../../runtime/clients/address.js';
import type { DaemonFlags } from '../../runtime/options/daemon-flags.js';
import { limitArguments } from '../../runtime/options/limit-flags.js';
import { NODE_FLAGS } from '../../runtime/options/node-flags.js';
import { policyArguments } from '../../runtime/options/policy-flags.js';
import { EXIT } from '../support/ending/exit-codes.js';

export const START_LIMIT_MS = 10_000;
/** The daemon's own time limit for running requests, and some time to close. */
const STOP_LIMIT_MS = 13_000;
const POLL_MS = 25;

/** The start of a daemon. `messages` has what it wrote: warnings, and the reason why it ended with this exit code. */
export interface DaemonStart {
  failedWith: number | undefined;
  messages: string;
}

/**
 * Starts this program's `runtime run` in the background, in a separate session.
 * @param answers whether the daemon answers
 */
export async function startDaemon(flags: DaemonFlags, answers: () => Promise<boolean>): Promise<DaemonStart> {
  // A file instead of a pipe, because the daemon uses its stderr after this process has ended.
  const folder = mkdtempSync(join(tmpdir(), 'vastar-start-'));
  const stderrPath = join(folder, 'stderr');
  const stderr = openSync(stderrPath, 'w', 0o600);
  const own = [...process.execArgv, ...NODE_FLAGS, process.argv[1] ?? ''];
  const command = [...own, 'runtime', 'run', ...argumentsFor(flags)];
  try {
    const child = spawn(process.execPath, command, { detached: true, stdio: ['ignore', 'ignore', stderr] });
    child.unref();
    const ended = new AbortController();
    child.once('exit', () => ended.abort()).once('error', () => ended.abort());
    await Promise.race([once(child, 'spawn'), once(child, 'error')]).catch(() => {});

    const giveUpAt = performance.now() + START_LIMIT_MS;
    while (!ended.signal.aborted && performance.now() < giveUpAt) {
      if (await answers()) return { failedWith: undefined, messages: messagesIn(stderrPath) };
      await sleep(POLL_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
    if (!ended.signal.aborted) child.kill('SIGKILL');
    const messages = messagesIn(stderrPath) || `it did not answer within ${START_LIMIT_MS / 1000} s\n`;
    return { failedWith: child.exitCode ?? EXIT.failed, messages };
  } finally {
    closeSync(stderr);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the messages of a daemon without the lines of a start as expected. */
function messagesIn(stderrPath: string): string {
  const lines = readFileSync(stderrPath, 'utf8').split(/(?<=\n)/);
  return lines
    .filter((line) => !/^(listening on|metrics at) /.test(line))
    .map((line) => line.replace(/^vastar-connector-runtime:/, 'vastar-tui:'))
    .join('');
}

function argumentsFor(flags: DaemonFlags): string[] {
  const { listen } = flags;
  return [
    ...(listen.kind === 'unix' ? ['--socket', listen.path] : ['--tcp', addressText(listen)]),
    ...(flags.logFile === undefined ? [] : ['--log-file', flags.logFile]),
    ...(flags.logLevel === undefined ? [] : ['--log-level', flags.logLevel]),
    ...policyArguments(flags.policy),
    ...limitArguments(flags.limits),
    ...(flags.metricsPort === undefined ? [] : ['--metrics-port', String(flags.metricsPort)]),
  ];
}

/** Sends a process the signal to stop, and waits for its end. Returns false when it still runs. */
export async function endDaemon(pid: number): Promise<boolean> {
  if (!signalled(pid, 'SIGTERM')) return true;
  for (const giveUpAt = performance.now() + STOP_LIMIT_MS; performance.now() < giveUpAt; ) {
    await sleep(POLL_MS);
    if (!signalled(pid, 0) || isZombie(pid)) return true;
  }
  return false;
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Whether this is a zombie process. In a container without an init process, it may never be reaped. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
