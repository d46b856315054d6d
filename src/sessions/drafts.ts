import type { Attachment } from '../common/chat/attachments.js';
import { isAlive } from '../common/program/alive.js';
import { type Database, integer, text } from './file/database.js';
import { isList, isObject, numberIn, parseJson, textIn } from './json.js';
import { SessionsError } from './problem.js';
import type { Redactor } from './redact.js';
import type { Clock, Json } from './types.js';

/**
 * Unsent text by session; null stands for a chat without a session. A text belongs to the process that wrote it, and no
 * other process gets it while that process runs. Afterwards the first process that opens the session gets it.
 */
export interface Drafts {
  draft(session: string | null): string;
  saveDraft(session: string | null, text: string): void;
  /** Returns the messages that wait until the running answer ends, in order. */
  queue(session: string): string[];
  saveQueue(session: string, texts: readonly string[]): void;
  /** Returns the attachments of the queue and of the draft together, the queue's first. */
  files(session: string | null): Attachment[];
  saveFiles(session: string | null, files: readonly Attachment[]): void;
  /** Whether `draft`, `queue` or `files` would return anything. The call does not take over another process's text. */
  hasUnsent(session: string): boolean;
}

type Table = 'drafts' | 'queue' | 'unsent_files';

/** The order in which texts of ended programs are taken over. */
const ORDERS: Readonly<Record<Table, string>> = {
  drafts: 'at_ms DESC',
  queue: 'position',
  unsent_files: 'writer',
};

export function createDrafts(db: Database, clock: Clock, redactor: Redactor, writer = process.pid): Drafts {
  /** Returns the owner of the session's text in the table: this process if it has one, else an ended process. */
  const ownerOf = (table: Table, session: string): number | undefined => {
    const owners = db
      .all(`SELECT writer FROM ${table} WHERE session = ? ORDER BY ${ORDERS[table]}`, session)
      .map((row) => integer(row, 'writer'));
    return owners.includes(writer) ? writer : owners.find((owner) => !isAlive(owner));
  };
  /** Takes over the text of an ended process. Returns the owner of the text from now on, or undefined without text. */
  const takeOver = (table: Table, session: string): number | undefined => {
    const owner = ownerOf(table, session);
    if (owner === undefined || owner === writer) return owner;
    try {
      db.write(() =>
        db.run(`UPDATE ${table} SET writer = ? WHERE session = ? AND writer = ?`, writer, session, owner),
      );
      return writer;
    } catch (error) {
      // Reading still works on a full disk, or while another process writes.
      if (error instanceof SessionsError) return owner;
      throw error;
    }
  };

  return {
    draft(session) {
      const owner = takeOver('drafts', session ?? '');
      if (owner === undefined) return '';
      const row = db.get('SELECT text FROM drafts WHERE session = ? AND writer = ?', session ?? '', owner);
      return text(row ?? {}, 'text');
    },
    saveDraft: (session, draft) =>
      db.write(() => {
        if (draft === '') {
          db.run('DELETE FROM drafts WHERE session = ? AND writer = ?', session ?? '', writer);
          return;
        }
        db.run(
          'INSERT OR REPLACE INTO drafts (session, writer, text, at_ms) VALUES (?, ?, ?, ?)',
          session ?? '',
          writer,
          redactor.text(draft),
          clock.unixMs(),
        );
      }),
    queue(session) {
      const owner = takeOver('queue', session);
      if (owner === undefined) return [];
      return db
        .all('SELECT text FROM queue WHERE session = ? AND writer = ? ORDER BY position', session, owner)
        .map((row) => text(row, 'text'));
    },
    saveQueue: (session, texts) =>
      db.write(() => {
        db.run('DELETE FROM queue WHERE session = ? AND writer = ?', session, writer);
        for (const [position, waiting] of texts.entries()) {
          db.run(
            'INSERT INTO queue (session, writer, position, text) VALUES (?, ?, ?, ?)',
            session,
            writer,
            position,
            redactor.text(waiting),
          );
        }
      }),
    files(session) {
      const owner = takeOver('unsent_files', session ?? '');
      if (owner === undefined) return [];
      const row = db.get(
        'SELECT files FROM unsent_files WHERE session = ? AND writer = ?',
        session ?? '',
        owner,
      );
      return filesIn(parseJson(text(row ?? { files: '[]' }, 'files')));
    },
    saveFiles: (session, files) =>
      db.write(() => {
        db.run('DELETE FROM unsent_files WHERE session = ? AND writer = ?', session ?? '', writer);
        if (files.length === 0) return;
        const clean = files.map(({ name, url, ...file }) => ({
          ...file,
          name: redactor.text(name),
          url: url === null ? null : redactor.url(url),
        }));
        db.run(
          'INSERT INTO unsent_files (session, writer, files) VALUES (?, ?, ?)',
          session ?? '',
          writer,
          JSON.stringify(clean),
        );
      }),
    hasUnsent: (session) =>
      (['drafts', 'queue', 'unsent_files'] as const).some((table) => ownerOf(table, session) !== undefined),
  };
}

function filesIn(saved: Json): Attachment[] {
  if (!isList(saved)) return [];
  return saved.filter(isObject).map((file) => ({
    name: textIn(file, 'name') ?? '',
    type: textIn(file, 'type') ?? '',
    size: numberIn(file, 'size') ?? null,
    data: textIn(file, 'data') ?? null,
    url: textIn(file, 'url') ?? null,
  }));
}
