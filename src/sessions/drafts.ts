import { type Database, integer, text } from './file/database.js';
import { SessionsError } from './problem.js';
import type { Redactor } from './redact.js';
import type { Clock } from './types.js';
import { isAlive } from './writer.js';

/**
 * Unsent text by session; null stands for a chat without a session. It belongs to the process that wrote it. While that
 * process runs, no other process gets the text. After that, the first one that opens the session gets it.
 */
export interface Drafts {
  draft(session: string | null): string;
  saveDraft(session: string | null, text: string): void;
  /** Returns the messages that wait until the running answer ends, in order. */
  queue(session: string): string[];
  saveQueue(session: string, texts: readonly string[]): void;
  /** Whether `draft` or `queue` would return anything. Does not take over another process's text. */
  hasUnsent(session: string): boolean;
}

type Table = 'drafts' | 'queue';

export function createDrafts(db: Database, clock: Clock, redactor: Redactor, writer = process.pid): Drafts {
  /** Returns this process if it has text in the table for the session, else an ended process that has. */
  const ownerOf = (table: Table, session: string): number | undefined => {
    const order = table === 'drafts' ? 'at_ms DESC' : 'position';
    const owners = db
      .all(`SELECT writer FROM ${table} WHERE session = ? ORDER BY ${order}`, session)
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
    hasUnsent: (session) =>
      ownerOf('drafts', session) !== undefined || ownerOf('queue', session) !== undefined,
  };
}
