import { type Database, text } from './file/database.js';
import type { Redactor } from './redact.js';
import type { Clock } from './types.js';

/** What was typed but not sent, by session; null: before there is one. */
export interface Drafts {
  draft(session: string | null): string;
  saveDraft(session: string | null, text: string): void;
  /** Messages that wait for the running answer to end, in order. */
  queue(session: string): string[];
  saveQueue(session: string, texts: readonly string[]): void;
}

export function createDrafts(db: Database, clock: Clock, redactor: Redactor): Drafts {
  return {
    draft: (session) =>
      text(db.get('SELECT text FROM drafts WHERE session = ?', session ?? '') ?? {}, 'text'),
    saveDraft: (session, draft) =>
      db.write(() => {
        if (draft === '') {
          db.run('DELETE FROM drafts WHERE session = ?', session ?? '');
          return;
        }
        db.run(
          'INSERT OR REPLACE INTO drafts (session, text, at_ms) VALUES (?, ?, ?)',
          session ?? '',
          redactor.text(draft),
          clock.unixMs(),
        );
      }),
    queue: (session) =>
      db
        .all('SELECT text FROM queue WHERE session = ? ORDER BY position', session)
        .map((row) => text(row, 'text')),
    saveQueue: (session, texts) =>
      db.write(() => {
        db.run('DELETE FROM queue WHERE session = ?', session);
        for (const [position, waiting] of texts.entries()) {
          db.run(
            'INSERT INTO queue (session, position, text) VALUES (?, ?, ?)',
            session,
            position,
            redactor.text(waiting),
          );
        }
      }),
  };
}
