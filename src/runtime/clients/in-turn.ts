import { readdir } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { ListenError } from './listen-error.js';
import { claimSocketFile } from './socket-file.js';

/** The path of the turn in which one program starts a daemon at the socket, or the daemon there ends. */
export function startingTurn(socketPath: string): string {
  return `${socketPath}.starting`;
}

/**
 * Runs `work` in one process at a time. If another process has the turn at `path`, this one waits until that turn
 * ends and does not run `work`. The turn is a listening Unix socket, so it also ends when its process is killed.
 * `work` runs without a turn if no socket can be created, or if the other process takes longer than `limitMs`.
 * @param signal ends the wait; the promise then rejects with its reason
 * @returns whether `work` ran here
 */
export async function inTurn(
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
    const turn = await claimSocketFile(server, path).catch((error: unknown) =>
      error instanceof ListenError ? error : new ListenError(messageOf(error)),
    );
    const taken = turn instanceof ListenError && turn.reason === 'in-use';
    if (taken && (await hasEnded(path, limitMs, signal))) return false;
    try {
      await work();
      return true;
    } finally {
      if (!(turn instanceof ListenError)) await turn.release();
    }
  } finally {
    server.close();
    for (const socket of waiting) socket.destroy();
  }
}

/**
 * Removes the stale turns beside a daemon's socket. Their names may not be used again, so no other process removes
 * them.
 */
export async function removeDeadTurns(socketPath: string): Promise<void> {
  const directory = dirname(socketPath);
  const names = await readdir(directory).catch(() => []);
  const own = names.filter(
    (name) => name.startsWith(`${basename(socketPath)}.`) && name.endsWith('.starting'),
  );
  const nothing = async (): Promise<void> => {};
  // Taking and releasing a stale turn removes its socket. A turn with a running holder is kept.
  for (const name of own) await inTurn(join(directory, name), 0, nothing, new AbortController().signal);
}

/** Waits until the turn at `path` ends. Resolves to false when it lasts longer than `limitMs`. */
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
