import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileReason } from '../../common/errors.js';
import { visible } from '../../config/index.js';
import type { Imported } from '../../sessions/import/conversation.js';
import type { SessionStore } from '../../sessions/store.js';
import type { Session } from '../../sessions/types.js';
import { stdout } from '../support/sink.js';
import { untilStdinEnds } from '../support/stdin.js';
import { tell } from '../support/tell.js';
import { UsageError } from '../support/usage-error.js';

/**
 * Imports all conversations of an export, ours or another program's, or none of them; "-" is stdin. Prints the new ids.
 * Skips conversations of other programs that were imported before.
 * @throws {UsageError} when it cannot be read
 * @throws {SessionsError} `invalid` when it is no export
 */
export async function importSessions(store: SessionStore, path: string, dryRun = false): Promise<void> {
  const { format, sessions, remarks, foreign } = await read(path);
  for (const remark of remarks) tell(remark);
  const wanted = sessions.filter(({ id }) => !(foreign && store.has(id)));
  const there = sessions.length - wanted.length;
  if (there > 0) tell(`${there} of ${sessions.length} are there already, and stay as they are`);
  if (dryRun) {
    tell(`${visible(path)} is ${format}; nothing was added`);
    stdout.print(wanted.map(lineOf).join(''));
    return;
  }
  // The list shows the newest session first, so the export is imported from its end.
  const inOrder = foreign ? wanted.toSorted((a, b) => a.usedMs - b.usedMs) : wanted.toReversed();
  const ids = store.together(() => new Map(inOrder.map((session) => [session, store.insert(session)])));
  stdout.print(wanted.map((session) => `${ids.get(session)}  ${visible(session.title)}\n`).join(''));
}

function lineOf({ title, createdMs, messages }: Session): string {
  const followed = new Set<number | null>();
  let branches = 1;
  for (const { parentId } of messages) {
    if (followed.has(parentId)) branches += 1;
    followed.add(parentId);
  }
  const count = `${messages.length} messages${branches > 1 ? `, ${branches} branches` : ''}`;
  return `${new Date(createdMs).toISOString().slice(0, 10)}  ${visible(title)}  (${count})\n`;
}

// https://www.sqlite.org/fileformat.html, and the signature of a ZIP archive.
const SQLITE = 'SQLite format 3\0';
const ZIP = 'PK\u{3}\u{4}';

async function read(path: string): Promise<Imported> {
  const bytes = path === '-' ? await allOfStdin() : readBytes(path);
  const start = bytes.subarray(0, 16).toString('latin1');
  if (start.startsWith(ZIP))
    throw new UsageError('unzip it, and import the conversations.json that is in it');
  if (start === SQLITE) {
    if (path === '-') throw new UsageError('give the path of the SQLite file: it cannot be read from stdin');
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
  return readImport(textOf(bytes), path === '-' ? undefined : basename(path, extname(path)));
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("the import can't be read: it is not UTF-8 text, or larger than 512 MB");
  }
}

async function allOfStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of untilStdinEnds()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`the import can't be read: ${fileReason(error)}`);
  }
}
