import { readdir } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { ListenError } from './listen-error.js';
import { claimSocketFile } from './socket-file.js';

/**
 * Runs `work` in one process at a time. While another process has the turn at `path`, waits for its end instead and runs
 * nothing. The turn is a Unix socket, so that it ends with its holder, however that ends. `work` runs without a turn
 * where no socket can be made, and where the holder takes longer than `limitMs`.
 * @param signal ends the wait
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

/** Ends the turns beside a daemon's socket whose holders died: the next ones may have other names. */
export async function removeDeadTurns(socketPath: string): Promise<void> {
  const directory = dirname(socketPath);
  const names = await readdir(directory).catch(() => []);
  const own = names.filter(
    (name) => name.startsWith(`${basename(socketPath)}.`) && name.endsWith('.starting'),
  );
  const nothing = async (): Promise<void> => {};
  // Whoever takes a dead turn and returns it removes its socket; a living holder keeps it.
  for (const name of own) await inTurn(join(directory, name), 0, nothing, new AbortController().signal);
}

/** Waits for the end of the turn at `path`; false when it lasts longer than `limitMs`. */
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
