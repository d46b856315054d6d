import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileReason } from '../../common/errors.js';
import { counted } from '../../common/text/counted.js';
import { visible } from '../../config/problem.js';
import type { Imported } from '../../sessions/import/conversation.js';
import { SessionsError } from '../../sessions/problem.js';
import type { SessionStore } from '../../sessions/store.js';
import type { Session } from '../../sessions/types.js';
import { UsageError } from '../support/flags/usage-error.js';
import { bytesOf, requireOneStdin } from '../support/input/bytes.js';
import { notText, textOf } from '../support/input/text-file.js';
import { printMessage } from '../support/output/print-message.js';
import { stdout } from '../support/output/sink.js';

/**
 * Imports all conversations of exports of this or another program, or none of them; "-" is stdin. Prints the new ids.
 * Skips conversations of other programs that were imported before.
 * @throws {UsageError} when one cannot be read
 * @throws {SessionsError} `invalid` when one is not an export
 */
export async function importSessions(
  store: SessionStore,
  paths: readonly string[],
  dryRun = false,
): Promise<void> {
  requireOneStdin(paths);
  const exported: Imported[] = [];
  for (const path of paths) exported.push(await read(path, paths.length > 1));
  const known = new Set<string>();
  const wanted = exported.flatMap(({ sessions, remarks, foreign }) => {
    for (const remark of remarks) printMessage(remark);
    if (sessions.length === 0) printMessage('nothing to add: no conversation in it has messages');
    const fresh = sessions.filter(({ id }) => !foreign || !(store.has(id) || known.has(id)));
    if (foreign) for (const { id } of fresh) known.add(id);
    const there = sessions.length - fresh.length;
    if (there > 0) printMessage(`${there} of ${sessions.length} exist already, and stay unchanged`);
    return fresh.map((session) => ({ session, foreign }));
  });
  if (dryRun) {
    for (const [index, { format }] of exported.entries())
      printMessage(`${visible(paths[index] ?? '')} is ${format}; nothing was added`);
    stdout.print(wanted.map(({ session }) => lineOf(session)).join(''));
    return;
  }
  // This program's exports begin with the newest session, so they are imported from the end.
  const inOrder = [
    ...wanted.filter(({ foreign }) => !foreign).reverse(),
    ...wanted
      .filter(({ foreign }) => foreign)
      .sort(({ session: one }, { session: other }) => one.usedMs - other.usedMs),
  ];
  const ids = store.together(
    () => new Map(inOrder.map(({ session }) => [session, store.insert(session)] as const)),
  );
  stdout.print(wanted.map(({ session }) => `${ids.get(session)}  ${visible(session.title)}\n`).join(''));
}

function lineOf({ title, createdMs, messages }: Session): string {
  const followed = new Set<number | null>();
  let branches = 1;
  for (const { parentId } of messages) {
    if (followed.has(parentId)) branches += 1;
    followed.add(parentId);
  }
  const count = `${counted(messages.length, 'message')}${branches > 1 ? `, ${branches} branches` : ''}`;
  return `${new Date(createdMs).toISOString().slice(0, 10)}  ${visible(title)}  (${count})\n`;
}

// https://www.sqlite.org/fileformat.html, and the signature of a ZIP archive.
const SQLITE = 'SQLite format 3\0';
const ZIP = 'PK\u{3}\u{4}';

/** @param named whether errors name the file, because there are several */
async function read(path: string, named: boolean): Promise<Imported> {
  try {
    return await readOne(path);
  } catch (error) {
    if (named && (error instanceof UsageError || error instanceof SessionsError))
      error.message = `${visible(path)}: ${error.message}`;
    throw error;
  }
}

async function readOne(path: string): Promise<Imported> {
  const isPipe = isStream(path);
  const file = isPipe ? inMemory(await allOf(path)) : opened(path);
  try {
    const start = file.readAt(0, 16).toString('latin1');
    if (start.startsWith(ZIP)) {
      const { readZip } = await import('./import-zip.js');
      return await readZip(file.length, file.readAt);
    }
    if (start === SQLITE) {
      if (isPipe) throw new UsageError('give the path of the SQLite file: it cannot be read from a pipe');
      const { llmConversations } = await import('../../sessions/import/llm.js');
      const { sessionsOf } = await import('../../sessions/import/recognise.js');
      return {
        format: 'a log of llm',
        sessions: sessionsOf('llm', llmConversations(path)),
        remarks: [],
        foreign: true,
      };
    }
    const { readImport } = await import('../../sessions/import/recognise.js');
    const bytes = file.all();
    const text = textOf(bytes);
    if (text === undefined) throw new UsageError(`the import ${notText(bytes)}`);
    return await readImport(text, isPipe ? undefined : basename(path, extname(path)));
  } finally {
    file.close();
  }
}

/** A file that is read in parts, because archives with images can be larger than the memory. */
interface Source {
  readonly length: number;
  readAt(at: number, length: number): Buffer;
  all(): Buffer;
  close(): void;
}

function inMemory(bytes: Buffer): Source {
  return {
    length: bytes.length,
    readAt: (at, length) => bytes.subarray(at, at + length),
    all: () => bytes,
    close: () => {},
  };
}

/**
 * Whether the path is stdin or a pipe, which is read once and has no length.
 * @throws {UsageError} when it is a folder, or a device, which may have no end
 */
function isStream(path: string): boolean {
  if (path === '-') return true;
  const found = readable(() => statSync(path));
  if (found.isDirectory())
    throw new UsageError(`give the files in it, as ${visible(path)}/*.json: the import is a folder`);
  if (found.isCharacterDevice() || found.isBlockDevice())
    throw new UsageError(`give the file that another program exported: ${visible(path)} is a device`);
  return !found.isFile();
}

function opened(path: string): Source {
  const file = readable(() => openSync(path, 'r'));
  const { size } = readable(() => fstatSync(file));
  return {
    length: size,
    readAt(at, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
      return buffer.subarray(
        0,
        readable(() => readSync(file, buffer, 0, buffer.length, at)),
      );
    },
    all: () => readable(() => readFileSync(file)),
    close: () => closeSync(file),
  };
}

async function allOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of bytesOf(path)) chunks.push(chunk);
  } catch (error) {
    throw unreadable(error);
  }
  return Buffer.concat(chunks);
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(error);
  }
}

const unreadable = (error: unknown): UsageError =>
  new UsageError(`the import can't be read: ${fileReason(error)}`);
