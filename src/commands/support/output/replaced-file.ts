import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isAlive } from '../../../common/program/alive.js';

/** A file that gets its content at the end of a command. */
export interface ReplacedFile {
  /**
   * Writes the pieces of a text, which may be longer than a string can be. Call it once.
   * @throws what reading the pieces throws, or the error of the file system
   */
  write(pieces: Iterable<string>): void;
}

/**
 * Checks that a file can be written. It keeps its earlier content until the new one is complete, unless another file
 * can't be created beside it, or it has another owner, another group or a second name. Pipes and devices are opened at
 * once.
 * @param mode the permissions of a new file, which the umask reduces
 * @throws the error of the file system
 */
export function openReplacedFile(path: string, mode = 0o666): ReplacedFile {
  const before = statSync(path, { throwIfNoEntry: false });
  const isLinkToNothing = before === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (isLinkToNothing || before?.isFile() === false || isDescriptor(path)) return inPlace(path, 'a', mode);
  const target = before === undefined ? path : realpathSync(path);
  const draft = `${target}.${hostname()}.${process.pid}.tmp`;
  removeLeftDrafts(target);
  if (before !== undefined) accessSync(target, constants.W_OK);
  const isPlain = before === undefined || (isOwn(before) && before.nlink === 1);
  if (!isPlain || !canCreate(draft)) return inPlace(path, before === undefined ? 'a' : 'r+', mode);
  return {
    write(pieces) {
      try {
        writeNew(draft, before?.mode ?? mode, pieces);
        if (before !== undefined) chmodSync(draft, before.mode);
        moveOnto(draft, target);
      } finally {
        rmSync(draft, { force: true });
      }
    },
  };
}

/** Whether a path names an open descriptor, such as /dev/stdout. Other output may go to its file as well. */
export function isDescriptor(path: string): boolean {
  return /^\/(dev\/(std|fd\/)|proc\/)/.test(resolve(path));
}

/** Whether a new file has the owner and the group of this one. */
function isOwn({ uid, gid }: Stats): boolean {
  return uid === process.getuid?.() && gid === process.getgid?.();
}

/** Removes the drafts of processes of this machine that were killed while they wrote this file. */
function removeLeftDrafts(target: string): void {
  const start = `${basename(target)}.${hostname()}.`;
  const folder = dirname(target);
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(start) ? /^(\d+)\.tmp$/.exec(name.slice(start.length))?.[1] : undefined;
      if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
      rmSync(join(folder, name), { force: true });
    }
  } catch {
    // They only take space.
  }
}

function canCreate(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Without `a`, the earlier content is removed before the first piece. */
function inPlace(path: string, flags: 'a' | 'r+', mode: number): ReplacedFile {
  const file = openSync(path, flags, mode);
  return {
    write(pieces) {
      if (flags === 'r+') ftruncateSync(file);
      for (const text of joined(pieces)) writeFileSync(file, text);
      closeSync(file);
    },
  };
}

function writeNew(path: string, mode: number, pieces: Iterable<string>): void {
  const file = openSync(path, 'wx', mode);
  try {
    for (const text of joined(pieces)) writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

function moveOnto(draft: string, target: string): void {
  try {
    renameSync(draft, target);
  } catch {
    // A file that a container mounts can't be replaced, only written.
    copyFileSync(draft, target);
  }
}

const WRITE_CHARS = 64 * 1024;

/** Joins short pieces, because each write takes time. */
export function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < WRITE_CHARS) continue;
    yield text;
    text = '';
  }
  yield text;
}
