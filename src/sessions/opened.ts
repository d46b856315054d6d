import { markInterrupted } from './conversation.js';
import type { Drafts } from './drafts.js';
import { type Database, integer, type Row, text } from './file/database.js';
import type { MessageTable } from './message-table.js';
import { errorOf, objectOf, summaryOf } from './records.js';
import { unknown } from './session-table.js';
import type { Clock, ExchangeError, JsonObject, Message, SessionSummary } from './types.js';

/** What an answer's exchange came to. */
export interface AnswerFigures {
  metrics: JsonObject;
  error: ExchangeError | null;
}

/** A session as a chat goes on with it. */
export interface OpenedSession {
  summary: SessionSummary;
  /** The end of the branch in use. */
  headId: number | null;
  /** The whole tree, in the order of ids. */
  messages: Message[];
  /** By the answer's id. */
  figures: ReadonlyMap<number, AnswerFigures>;
  /** The system prompt of its last request; null: that had none; undefined: nothing was asked yet. */
  system: string | null | undefined;
  /** The members of its last request's body, beside the conversation. */
  parameters: JsonObject;
  draft: string;
  queue: string[];
}

/** What the session used last was left with, when that is not just an end. */
interface LeftOver {
  session: SessionSummary;
  /** Its last answer was being written when its program ended. */
  interrupted: boolean;
  /** Something was typed or queued and never sent. */
  unsent: boolean;
}

/** An answer as it is in the file now. */
export interface AnswerInFile {
  message: Message;
  figures: AnswerFigures | undefined;
}

export interface Opening {
  /** @throws {SessionsError} `unknown` */
  open(session: string): OpenedSession;
  /** Reads one answer again; undefined when it was deleted. One whose program has gone is `interrupted`. */
  answer(messageId: number): AnswerInFile | undefined;
  leftOver(): LeftOver | undefined;
}

export function createOpening(db: Database, messages: MessageTable, drafts: Drafts, clock: Clock): Opening {
  return {
    open(session) {
      const row = db.get('SELECT * FROM sessions WHERE id = ?', session);
      if (row === undefined) throw unknown(session);
      const seq = integer(row, 'seq');
      // Without the requests and timelines, which are most of what a session weighs.
      const figures = db.all(
        'SELECT answer, metrics, error FROM exchanges WHERE session = ? AND answer IS NOT NULL ORDER BY id',
        seq,
      );
      return {
        summary: summaryOf(row),
        headId: typeof row.head === 'number' ? row.head : null,
        messages: messages.all(seq),
        figures: new Map(figures.map((one) => [integer(one, 'answer'), figuresOf(one)])),
        system: lastSystemPrompt(db, seq),
        parameters: lastParameters(db, seq),
        draft: drafts.draft(session),
        queue: drafts.queue(session),
      };
    },
    answer(messageId) {
      markInterrupted(db, clock.unixMs());
      const row = db.get('SELECT * FROM messages WHERE id = ?', messageId);
      const [message] = row === undefined ? [] : messages.read(integer(row, 'session'), [row]);
      if (message === undefined) return undefined;
      const figures = db.get(
        'SELECT metrics, error FROM exchanges WHERE answer = ? ORDER BY id DESC LIMIT 1',
        messageId,
      );
      return { message, figures: figures && figuresOf(figures) };
    },
    leftOver() {
      const row = db.get('SELECT * FROM sessions WHERE deleted_ms IS NULL ORDER BY touched DESC LIMIT 1');
      if (row === undefined) return undefined;
      const session = summaryOf(row);
      const head = db.get('SELECT status FROM messages WHERE id = ?', row.head ?? null);
      const interrupted = head !== undefined && text(head, 'status') === 'interrupted';
      const unsent = drafts.hasUnsent(session.id);
      return interrupted || unsent ? { session, interrupted, unsent } : undefined;
    },
  };
}

function figuresOf(row: Row): AnswerFigures {
  return { metrics: objectOf(row, 'metrics'), error: errorOf(row, 'error') };
}

function lastParameters(db: Database, seq: number): JsonObject {
  const row = db.get(
    "SELECT json_remove(request, '$.model', '$.stream', '$.messages') AS body FROM exchanges WHERE session = ? ORDER BY id DESC LIMIT 1",
    seq,
  );
  return row === undefined ? {} : objectOf(row, 'body');
}

function lastSystemPrompt(db: Database, seq: number): string | null | undefined {
  const row = db.get(
    `SELECT CASE WHEN request ->> '$.messages[0].role' = 'system' THEN request ->> '$.messages[0].content' END AS system
     FROM exchanges WHERE session = ? ORDER BY id DESC LIMIT 1`,
    seq,
  );
  if (row === undefined) return undefined;
  return typeof row.system === 'string' ? row.system : null;
}
