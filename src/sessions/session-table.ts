import { beginningOf } from '../common/text/beginning.js';
import { type Database, integer, text } from './file/database.js';
import { SessionsError } from './problem.js';
import { summaryOf } from './records.js';
import type { Redactor } from './redact.js';
import { newSessionId } from './session-id.js';
import type { Clock, SessionSummary } from './types.js';

export interface SessionTable {
  create(title: string): SessionSummary;
  /** Creates a session whose title is the first line of its first question. */
  createFor(question: string): SessionSummary;
  /** Returns sessions, pinned ones first, then by last use. `deleted`: returns the deleted sessions instead. */
  list(options?: { limit?: number; deleted?: boolean }): SessionSummary[];
  /** Returns the most recently used session, except the one with id `except`. */
  last(options?: { except?: string | undefined }): SessionSummary | undefined;
  /** Whether there is a session with exactly this id, deleted or not. */
  has(id: string): boolean;
  /**
   * Returns the session whose id begins with this text.
   * @throws {SessionsError} `unknown` or `ambiguous`
   */
  find(idOrPrefix: string): SessionSummary;
  /**
   * Returns the most recently used session with exactly this title, else the session whose id begins with this text.
   * An id needs at least 6 digits, because a title may look like the beginning of an id.
   * @throws {SessionsError} `ambiguous`
   */
  named(titleOrId: string): SessionSummary | undefined;
  /**
   * Returns the session whose id begins with this text, else the only one with this title. `deleted`: the title of a
   * deleted session.
   * @throws {SessionsError} `unknown` or `ambiguous`
   */
  lookUp(idOrTitle: string, options?: { deleted?: boolean }): SessionSummary;
  rename(id: string, title: string): void;
  pin(id: string, pinned: boolean): void;
  /** Deletes a session. `restore` can undo this until the session is purged. */
  remove(id: string): void;
  restore(id: string): void;
  /** Removes for good all sessions deleted before this Unix time in ms, or the one with this id. Returns the number. */
  purge(which: number | string): number;
}

const PREVIEW_CHARACTERS = 160;
const LIST_LIMIT = 200;

const figure = (path: string): string => `coalesce(json_extract(metrics, '$.${path}'), 0)`;
/** One answer's tokens: the provider's total, else the sum of its parts. */
const TOKENS = `max(${figure('usage.totalTokens')}, ${figure('promptTokens')} + ${figure('outputTokens')} + ${figure('hiddenTokens')})`;

/** Sums of a session's answers: cost, answers without a price, tokens, answers with an estimated number of tokens. */
const SPENT = `(SELECT json_array(
    sum(json_extract(metrics, '$.cost.usd')),
    sum(json_extract(metrics, '$.cost.usd') IS NULL AND json_extract(metrics, '$.outputTokens') > 0),
    sum(${TOKENS}),
    sum(${figure('tokensEstimated')} AND ${figure('outputTokens')} > 0))
  FROM exchanges WHERE exchanges.session = sessions.seq AND json_valid(metrics)) AS spent`;

export function createSessionTable(db: Database, clock: Clock, redactor: Redactor): SessionTable {
  const find = (idOrPrefix: string): SessionSummary => {
    const prefix = idOrPrefix.toLowerCase();
    // Ids are hexadecimal, so "g" sorts after all digits.
    const rows = db.all(
      `SELECT *, ${SPENT} FROM sessions WHERE id >= ? AND id < ? ORDER BY touched DESC LIMIT 20`,
      prefix,
      `${prefix}g`,
    );
    const [only] = rows.filter((row) => rows.length === 1 || row.id === prefix);
    if (only !== undefined && prefix !== '') return summaryOf(only);
    if (rows.length === 0 || prefix === '') throw unknown(idOrPrefix);
    const candidates = rows.map((row) => `${text(row, 'id')} ${text(row, 'title')}`).join('\n  ');
    throw new SessionsError(
      'ambiguous',
      `several sessions' ids begin with ${idOrPrefix}; give more of it:\n  ${candidates}`,
    );
  };
  const change = (id: string, sql: string, ...values: (string | number | null)[]): void => {
    const { changes } = db.write(() => db.run(`UPDATE sessions SET ${sql} WHERE id = ?`, ...values, id));
    if (changes === 0) throw unknown(id);
  };

  const insert = (title: string): SessionSummary =>
    db.write(() => {
      const id = newSessionId();
      const now = clock.unixMs();
      db.run(
        `INSERT INTO sessions (id, title, created_ms, used_ms, touched) VALUES (?, ?, ?, ?, ${NEXT_TOUCH})`,
        id,
        title,
        now,
        now,
      );
      return find(id);
    });

  return {
    create: (title) => insert(redactor.text(title)),
    // Redact keys before cutting: a key that is cut in half would not be recognised.
    createFor: (question) => insert(titleOf(redactor.text(question))),
    list: ({ limit = LIST_LIMIT, deleted = false } = {}) =>
      db
        .all(
          deleted
            ? `SELECT *, ${SPENT} FROM sessions WHERE deleted_ms IS NOT NULL ORDER BY deleted_ms DESC LIMIT ?`
            : `SELECT *, ${SPENT} FROM sessions WHERE deleted_ms IS NULL ORDER BY pinned DESC, touched DESC LIMIT ?`,
          limit,
        )
        .map(summaryOf),
    last: ({ except = '' } = {}) => {
      const row = db.get(
        'SELECT * FROM sessions WHERE deleted_ms IS NULL AND id <> ? ORDER BY touched DESC LIMIT 1',
        except,
      );
      return row === undefined ? undefined : summaryOf(row);
    },
    has: (id) => db.get('SELECT 1 FROM sessions WHERE id = ?', id) !== undefined,
    find,
    named: (titleOrId) => {
      const row = db.get(
        'SELECT * FROM sessions WHERE title = ? AND deleted_ms IS NULL ORDER BY touched DESC LIMIT 1',
        titleOrId,
      );
      if (row !== undefined) return summaryOf(row);
      if (!/^[0-9a-f]{6,12}$/i.test(titleOrId)) return undefined;
      try {
        return find(titleOrId);
      } catch (error) {
        if (error instanceof SessionsError && error.kind === 'unknown') return undefined;
        throw error;
      }
    },
    lookUp: (idOrTitle, { deleted = false } = {}) => {
      const titled = (): SessionSummary[] =>
        db
          .all(
            `SELECT * FROM sessions WHERE title = ? AND deleted_ms IS ${deleted ? 'NOT NULL' : 'NULL'} LIMIT 20`,
            idOrTitle,
          )
          .map(summaryOf);
      try {
        return find(idOrTitle);
      } catch (error) {
        if (!(error instanceof SessionsError)) throw error;
        const [only, ...others] = titled();
        if (only === undefined) throw error.kind === 'unknown' ? unknown(idOrTitle, deleted) : error;
        if (others.length === 0) return only;
        const ids = [only, ...others].map(({ id }) => id).join('\n  ');
        throw new SessionsError(
          'ambiguous',
          `give an id: several sessions have the title ${idOrTitle}\n  ${ids}`,
        );
      }
    },
    rename: (id, title) => change(id, 'title = ?', redactor.text(title)),
    pin: (id, pinned) => change(id, 'pinned = ?', pinned ? 1 : 0),
    remove: (id) => change(id, 'deleted_ms = ?', clock.unixMs()),
    restore: (id) => change(id, 'deleted_ms = ?', null),
    purge: (which) =>
      db.write(() => {
        const condition = typeof which === 'string' ? 'id = ?' : 'deleted_ms < ?';
        const gone = db.all(`SELECT seq, id FROM sessions WHERE ${condition}`, which);
        for (const row of gone) {
          const seq = integer(row, 'seq');
          const id = text(row, 'id');
          db.run('DELETE FROM exchanges WHERE session = ?', seq);
          db.run('DELETE FROM attachments WHERE session = ?', seq);
          db.run('DELETE FROM messages WHERE session = ?', seq);
          db.run('DELETE FROM drafts WHERE session = ?', id);
          db.run('DELETE FROM queue WHERE session = ?', id);
          db.run('DELETE FROM unsent_files WHERE session = ?', id);
          db.run('DELETE FROM sessions WHERE seq = ?', seq);
        }
        return gone.length;
      }),
  };
}

/** The next number for ordering sessions by use. Times are not used, because clocks may be set back. */
export const NEXT_TOUCH = '(SELECT coalesce(max(touched), 0) + 1 FROM sessions)';

/** @param deleted whether only deleted sessions were looked up */
export function unknown(id: string, deleted = false): SessionsError {
  const which = deleted ? ['list --deleted', 'deleted session'] : ['list', 'session'];
  return new SessionsError(
    'unknown',
    `find the id with "vastar-tui sessions ${which[0]}": there is no ${which[1]} ${id}`,
  );
}

/** Returns the beginning of a text on one line. */
export function previewOf(text: string): string {
  const line = beginningOf(text, 4 * PREVIEW_CHARACTERS)
    .replace(/\s+/g, ' ')
    .trim();
  return beginningOf(line, PREVIEW_CHARACTERS);
}

function titleOf(question: string): string {
  const line = question.trim().split('\n', 1)[0] ?? '';
  return line === '' ? 'untitled' : [...line].slice(0, 80).join('');
}
