import { type Database, integer, text } from './file/database.js';
import { SessionsError } from './problem.js';
import type { Redactor } from './redact.js';
import type { Clock } from './types.js';
import { isAlive } from './writer.js';

/**
 * What was typed but not sent, by session; null: before there is one. It belongs to the program that wrote it, by
 * its process id. While that process runs, no other gets the draft; then the first one that opens it does.
 */
export interface Drafts {
  draft(session: string | null): string;
  saveDraft(session: string | null, text: string): void;
  /** Messages that wait for the running answer to end, in order. */
  queue(session: string): string[];
  saveQueue(session: string, texts: readonly string[]): void;
  /** Whether `draft` or `queue` would give something; takes nothing over. */
  hasUnsent(session: string): boolean;
}

type Table = 'drafts' | 'queue';

export function createDrafts(db: Database, clock: Clock, redactor: Redactor, writer = process.pid): Drafts {
  /** This program, where it has something in the table for the session; else one that is gone. */
  const ownerOf = (table: Table, session: string): number | undefined => {
    const order = table === 'drafts' ? 'at_ms DESC' : 'position';
    const owners = db
      .all(`SELECT writer FROM ${table} WHERE session = ? ORDER BY ${order}`, session)
      .map((row) => integer(row, 'writer'));
    return owners.includes(writer) ? writer : owners.find((owner) => !isAlive(owner));
  };
  /** Who has it in the table from now on: this program, where something of its own or of one that is gone is there. */
  const takeOver = (table: Table, session: string): number | undefined => {
    const owner = ownerOf(table, session);
    if (owner === undefined || owner === writer) return owner;
    try {
      db.write(() =>
        db.run(`UPDATE ${table} SET writer = ? WHERE session = ? AND writer = ?`, writer, session, owner),
      );
      return writer;
    } catch (error) {
      // On a full disk, or while another program writes, it can be read all the same.
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
