import type { Attachment } from '../common/chat/attachments.js';
import { markInterrupted } from './conversation.js';
import type { Drafts } from './drafts.js';
import { type Database, integer, type Row, text } from './file/database.js';
import type { MessageTable } from './message-table.js';
import { errorOf, objectOf, summaryOf } from './records.js';
import { unknown } from './session-table.js';
import type { Clock, ExchangeError, JsonObject, Message, SessionSummary } from './types.js';

/** The figures and the error of an answer's exchange. */
export interface AnswerFigures {
  metrics: JsonObject;
  error: ExchangeError | null;
}

/** The parts of a session that a chat needs to continue it. */
export interface OpenedSession {
  summary: SessionSummary;
  /** The last message of the current branch. */
  headId: number | null;
  /** All messages of the tree, ordered by id. */
  messages: Message[];
  /** By the answer's id. */
  figures: ReadonlyMap<number, AnswerFigures>;
  /** The system prompt of the last request; null if it had none; undefined without requests. */
  system: string | null | undefined;
  /** The members of the last request's body, except the conversation. */
  parameters: JsonObject;
  draft: string;
  queue: string[];
  /** The attachments of the draft and of the queue. */
  files: Attachment[];
}

/** Unfinished work in the most recently used session. */
interface LeftOver {
  session: SessionSummary;
  /** Whether the last answer was still streaming when its program ended. */
  interrupted: boolean;
  /** Whether the session has typed or queued text that was not sent. */
  unsent: boolean;
}

/** The current contents of an answer in the file. */
export interface AnswerInFile {
  message: Message;
  figures: AnswerFigures | undefined;
}

export interface Opening {
  /** @throws {SessionsError} `unknown` */
  open(session: string): OpenedSession;
  /**
   * Reads an answer again. Returns undefined if it was deleted. If its program has ended, its status is `interrupted`.
   */
  answer(messageId: number): AnswerInFile | undefined;
  leftOver(): LeftOver | undefined;
}

export function createOpening(db: Database, messages: MessageTable, drafts: Drafts, clock: Clock): Opening {
  return {
    open(session) {
      const row = db.get('SELECT * FROM sessions WHERE id = ?', session);
      if (row === undefined) throw unknown(session);
      const seq = integer(row, 'seq');
      // Skip requests and timelines, which are the largest part of a session.
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
        files: drafts.files(session),
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
  return { metrics: objectOf(row, 'metrics'), error: errorOf(row) };
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
