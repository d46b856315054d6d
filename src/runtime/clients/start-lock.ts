import { readdir } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { ListenError } from './listen-error.js';
import { claimSocketFile } from './socket-file.js';

/**
 * Returns the path of the start lock for a daemon's socket. A program holds it while it starts the daemon, and a daemon
 * while it ends.
 */
export function startLockPath(socketPath: string): string {
  return `${socketPath}.starting`;
}

/**
 * Runs `work` while this process holds the lock at `path`. If another process holds the lock, this one waits until the
 * lock is free, and does not run `work`. The lock is a listening Unix socket, so it is also free when its holder is
 * killed. `work` runs without the lock if no socket can be created, or if the other process holds it for longer than
 * `limitMs`.
 * @param signal ends the wait; the promise then rejects with its reason
 * @returns whether `work` ran here
 */
export async function withLock(
  path: string,
  limitMs: number,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => {}).once('close', () => waiting.delete(socket));
  });
  try {
    const lock = await claimSocketFile(server, path).catch((error: unknown) =>
      error instanceof ListenError ? error : new ListenError(messageOf(error)),
    );
    const taken = lock instanceof ListenError && lock.reason === 'in-use';
    if (taken && (await hasEnded(path, limitMs, signal))) return false;
    try {
      await work();
      return true;
    } finally {
      if (!(lock instanceof ListenError)) await lock.release();
    }
  } finally {
    server.close();
    for (const socket of waiting) socket.destroy();
  }
}

/**
 * Removes the stale start locks beside a daemon's socket. Their names may never be used again, so no other process
 * would remove them.
 */
export async function removeStaleLocks(socketPath: string): Promise<void> {
  const directory = dirname(socketPath);
  const names = await readdir(directory).catch(() => []);
  const own = names.filter(
    (name) => name.startsWith(`${basename(socketPath)}.`) && name.endsWith('.starting'),
  );
  const nothing = async (): Promise<void> => {};
  // Taking and releasing a stale lock removes its socket. A lock whose holder runs is kept.
  for (const name of own) await withLock(join(directory, name), 0, nothing, new AbortController().signal);
}

/** Waits until the lock at `path` is free. Resolves to false when it is held for longer than `limitMs`. */
function hasEnded(path: string, limitMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let late = false;
    const end = (): void => void socket.destroy();
    const timer = setTimeout(() => {
      late = true;
      end();
    }, limitMs);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    socket.on('error', () => {}).resume();
    socket.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve(!late);
    });
  });
}
