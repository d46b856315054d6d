import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdtemp, rename, rm, stat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../common/error-code.js';
import { MAX_SOCKET_PATH_BYTES } from '../../protocol/constants.js';
import { ListenError } from './listen-error.js';

/** The name of the private folder where the socket is created, and the bytes that it adds to the path. */
const NEST = { prefix: '.vt-', socket: 's', bytes: '/.vt-XXXXXX/s'.length } as const;
/** Attempts to claim a path, some 15 ms apart. They are counted, because a busy machine may need seconds for a few. */
const MOST_CLAIMS = 300;

/** A path at which this process listens. */
export interface SocketFile {
  /** Removes the socket file, unless another process owns it by now. */
  release(): Promise<void>;
}

/**
 * Makes `server` listen at `path`, with mode 0600.
 *
 * The socket is created in a private folder and gets its final name by link(2) once it listens. link(2) is atomic and
 * fails when the name exists. So only one process gets the name, and every process that finds the name can connect. A
 * socket file that refuses connections is stale: its daemon has ended. Only the process that holds `PATH.lock` removes
 * it. The lock is a link to its holder's socket, so a connection attempt also shows whether the lock's holder is alive.
 * @param uid the user that the path must belong to
 * @throws {ListenError} that names the obstacle
 */
export async function claimSocketFile(
  server: Server,
  path: string,
  uid: number = process.getuid?.() ?? 0,
): Promise<SocketFile> {
  const directory = dirname(path);
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(directory) + NEST.bytes);
  if (longest > MAX_SOCKET_PATH_BYTES) {
    throw new ListenError(
      `the socket's path is too long by ${longest - MAX_SOCKET_PATH_BYTES} bytes: ${path}`,
    );
  }
  await checkDirectory(directory, uid);
  // Usually the path has a running daemon or no file. Only a stale socket needs more steps.
  await checkOccupant(path, uid);

  const nest = await mkdtemp(join(directory, NEST.prefix)).catch((error: NodeJS.ErrnoException) => {
    throw new ListenError(
      `choose another path with --socket: the daemon can't write to ${directory} (${error.code})`,
    );
  });
  try {
    const made = join(nest, NEST.socket);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(made, () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(made, 0o600);
    await claim(made, path, uid);
    const { ino } = await lstat(made);
    let released: Promise<void> | undefined;
    // Release only once: the next socket file may get the same inode number.
    return { release: () => (released ??= release(path, ino)) };
  } finally {
    await rm(nest, { recursive: true, force: true });
  }
}

async function claim(made: string, path: string, uid: number): Promise<void> {
  for (let left = MOST_CLAIMS; left > 0; left -= 1) {
    if (await tryLink(made, path)) return;
    if ((await checkOccupant(path, uid)) && (await replaceStale(made, path, uid))) return;
  }
  throw new ListenError(`cannot claim ${path}: other processes keep claiming it`);
}

/** Replaces a stale socket. Returns false when another process interfered: then try again. */
async function replaceStale(made: string, path: string, uid: number): Promise<boolean> {
  const lock = `${path}.lock`;
  if (!(await tryLink(made, lock))) {
    await breakDeadLock(lock);
    await sleep(5 + Math.random() * 20);
    return false;
  }
  try {
    // Check again: another process may have replaced the socket before this one got the lock.
    if (await checkOccupant(path, uid)) await unlink(path).catch(ignoreMissing);
    return await tryLink(made, path);
  } finally {
    await unlink(lock).catch(ignoreMissing);
  }
}

/** Removes the lock of a killed process: such a lock refuses connections. */
async function breakDeadLock(lock: string): Promise<void> {
  const before = await lstatOrNothing(lock);
  if (before === undefined || (await answers(lock))) return;
  const taken = `${lock}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(lock, taken);
    const { ino } = await lstat(taken);
    // If the renamed file is another process's new lock, put it back.
    if (ino !== before.ino) await tryLink(taken, lock);
    await unlink(taken);
  } catch (error) {
    ignoreMissing(error);
  }
}

/**
 * Inspects the file at the path.
 * @returns true for a stale socket of this user, false when there is no file
 * @throws {ListenError} for anything that must not be removed
 */
async function checkOccupant(path: string, uid: number): Promise<boolean> {
  const found = await lstatOrNothing(path);
  if (found === undefined) return false;
  if (found.uid !== uid)
    throw new ListenError(
      `choose another path with --socket: ${path} belongs to another user (uid ${found.uid})`,
    );
  if (!found.isSocket()) {
    throw new ListenError(`remove ${path}, or choose another path with --socket: it is not a socket`);
  }
  if (await answers(path)) throw new ListenError(`a daemon is running already at ${path}`, 'in-use');
  return true;
}

/** Whether a process listens at the path. Other errors than a refusal can come from a busy process, so they count as yes. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** Checks that other users can't replace the socket with their own. */
async function checkDirectory(directory: string, uid: number): Promise<void> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT';
    const advice = missing
      ? `create ${directory}, or choose another path with --socket`
      : 'choose another path with --socket';
    throw new ListenError(
      `${advice}: ${missing ? 'the folder does not exist' : `${directory} cannot be read (${error.code})`}`,
    );
  });
  if (!found.isDirectory()) throw new ListenError(`${directory} is not a directory`);
  const sticky = (found.mode & 0o1000) !== 0;
  const othersWrite = (found.mode & 0o022) !== 0;
  if ((found.uid !== uid && found.uid !== 0) || (othersWrite && !sticky)) {
    throw new ListenError(
      `choose a socket path in /tmp or in your own directory: other users can replace files in ${directory}`,
    );
  }
}

async function release(path: string, ino: number): Promise<void> {
  const found = await lstatOrNothing(path);
  if (found?.ino === ino) await unlink(path).catch(ignoreMissing);
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function lstatOrNothing(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
