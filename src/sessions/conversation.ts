import type { Attachment } from '../common/chat/attachments.js';
import { isAlive } from '../common/program/alive.js';
import { type ExchangeTable, type FinishedExchange, finishReasonOf } from './exchange-table.js';
import { type Database, integer, integerOrNull, type Row } from './file/database.js';
import type { Answer, MessageTable } from './message-table.js';
import { SessionsError } from './problem.js';
import type { Redactor } from './redact.js';
import { newSessionId } from './session-id.js';
import { NEXT_TOUCH, previewOf, unknown } from './session-table.js';
import {
  type Clock,
  EMPTY_MESSAGE,
  type Message,
  type MessageStatus,
  type Role,
  type Session,
} from './types.js';

/** A message that is complete when it is saved. */
interface NewMessage {
  role: Exclude<Role, 'assistant'>;
  text: string;
  parentId: number | null;
  attachments?: readonly Attachment[];
  /** For a tool result: the id of its call. */
  toolCallId?: string;
}

export interface Conversation {
  /** Saves a message and returns its id. It is on disk when this returns. Restores the session if another program deleted it. */
  append(session: string, message: NewMessage): number;
  /** Saves the start of a streaming answer and returns its id. Call `checkpoint` at least every few seconds. */
  beginAnswer(session: string, answer: { parentId: number | null; endpoint: string; model: string }): number;
  /** Saves the whole answer so far. */
  checkpoint(answerId: number, answer: Answer): void;
  finishAnswer(
    answerId: number,
    answer: Answer & {
      status: Exclude<MessageStatus, 'streaming'>;
      /** Not needed when the exchange's figures contain it. */
      finishReason?: string | null;
      exchange?: FinishedExchange;
    },
  ): void;
  /** Makes this message the end of the current branch, so that the next message follows it. */
  branch(session: string, messageId: number | null): void;
  /** Returns the messages of the current branch, from the first one. */
  branchInUse(session: string): Message[];
  load(session: string): Session;
  /** Adds a whole session unchanged, with a new id if its id is in use. Returns the id. */
  insert(session: Session): string;
}

/** If a program has not written to an answer for this long, the answer is no longer streaming. */
const SILENCE_MS = 10_000;

/**
 * Marks answers whose program has ended as `interrupted`. If the program was only suspended, its next write undoes
 * that.
 */
export function markInterrupted(db: Database, nowMs: number): void {
  const streaming = db.all("SELECT id, writer, written_ms FROM messages WHERE status = 'streaming'");
  const dead = streaming.filter(
    (row) => !isAlive(integer(row, 'writer')) || Math.abs(nowMs - integer(row, 'written_ms')) > SILENCE_MS,
  );
  if (dead.length === 0) return;
  db.write(() => {
    for (const row of dead) {
      db.run(
        "UPDATE messages SET status = 'interrupted' WHERE id = ? AND status = 'streaming' AND written_ms IS ?",
        integer(row, 'id'),
        row.written_ms ?? null,
      );
    }
  });
}

export function createConversation(
  db: Database,
  { messages, exchanges }: { messages: MessageTable; exchanges: ExchangeTable },
  clock: Clock,
  redactor: Redactor,
): Conversation {
  const rowOf = (session: string): Row => {
    const row = db.get('SELECT * FROM sessions WHERE id = ?', session);
    if (row === undefined) throw unknown(session);
    return row;
  };
  const seqOf = (session: string): number => integer(rowOf(session), 'seq');
  const sessionOfAnswer = (answerId: number): Row => {
    const row = db.get('SELECT session, parent FROM messages WHERE id = ?', answerId);
    if (row === undefined)
      throw new SessionsError('unknown', 'the session of this answer was deleted for good');
    return row;
  };
  /** Makes the session the most recently used one, with this message at the end. */
  const touch = (seq: number, head: number, text: string): void => {
    db.run(
      `UPDATE sessions SET head = ?, preview = ?, used_ms = ?, touched = ${NEXT_TOUCH}, deleted_ms = NULL WHERE seq = ?`,
      head,
      previewOf(text),
      clock.unixMs(),
      seq,
    );
  };
  return {
    append: (session, { role, text, parentId, attachments = [], toolCallId = null }) =>
      db.write(() => {
        const seq = seqOf(session);
        const extras = { attachments: [...attachments], toolCallId };
        const id = messages.add(seq, {
          ...EMPTY_MESSAGE,
          ...extras,
          parentId,
          role,
          text,
          atMs: clock.unixMs(),
        });
        touch(seq, id, redactor.text(text));
        return id;
      }),
    beginAnswer: (session, { parentId, endpoint, model }) =>
      db.write(() => {
        const seq = seqOf(session);
        const atMs = clock.unixMs();
        const message = { ...EMPTY_MESSAGE, parentId, role: 'assistant', atMs, endpoint, model } as const;
        const id = messages.add(seq, { ...message, status: 'streaming' });
        db.run('UPDATE sessions SET head = ? WHERE seq = ?', id, seq);
        return id;
      }),
    checkpoint: (answerId, answer) =>
      db.write(() => {
        sessionOfAnswer(answerId);
        messages.checkpoint(answerId, answer, clock.unixMs());
      }),
    finishAnswer: (answerId, { status, finishReason, exchange, ...answer }) =>
      db.write(() => {
        const begun = sessionOfAnswer(answerId);
        const seq = integer(begun, 'session');
        const reason = finishReason ?? finishReasonOf(exchange?.metrics ?? {});
        messages.finish(answerId, answer, status, reason);
        const question = integerOrNull(begun, 'parent');
        if (exchange !== undefined) exchanges.add(seq, question, answerId, exchange);
        const gist = redactor.text(gistOf(answer));
        db.run(
          `UPDATE sessions SET preview = CASE WHEN head = ? AND ? <> '' THEN ? ELSE preview END, used_ms = ?, touched = ${NEXT_TOUCH} WHERE seq = ?`,
          answerId,
          gist,
          previewOf(gist),
          clock.unixMs(),
          seq,
        );
      }),
    branch: (session, messageId) =>
      db.write(() => {
        const seq = seqOf(session);
        const known =
          messageId === null || db.get('SELECT 1 FROM messages WHERE id = ? AND session = ?', messageId, seq);
        if (!known) throw new SessionsError('unknown', `session ${session} has no message ${messageId}`);
        db.run('UPDATE sessions SET head = ? WHERE seq = ?', messageId, seq);
      }),
    branchInUse: (session) => {
      const row = rowOf(session);
      const seq = integer(row, 'seq');
      return messages.read(
        seq,
        db.all(
          // A parent's id is below its children's. The condition prevents an endless loop in a damaged file.
          `WITH RECURSIVE branch (id, parent) AS (
             SELECT id, parent FROM messages WHERE id = ? AND session = ?
             UNION ALL
             SELECT m.id, m.parent FROM messages m JOIN branch b ON m.id = b.parent AND m.id < b.id
           )
           SELECT m.* FROM branch JOIN messages m USING (id) ORDER BY m.id`,
          row.head ?? null,
          seq,
        ),
      );
    },
    load: (session) => {
      const row = rowOf(session);
      const seq = integer(row, 'seq');
      return {
        id: session,
        title: String(row.title),
        createdMs: integer(row, 'created_ms'),
        usedMs: integer(row, 'used_ms'),
        pinned: row.pinned === 1,
        headId: typeof row.head === 'number' ? row.head : null,
        messages: messages.all(seq),
        exchanges: exchanges.all(seq),
      };
    },
    insert: (session) =>
      db.write(() => {
        const taken = db.get('SELECT 1 FROM sessions WHERE id = ?', session.id) !== undefined;
        const id = taken ? newSessionId() : session.id;
        const { lastId: seq } = db.run(
          `INSERT INTO sessions (id, title, created_ms, used_ms, touched, pinned) VALUES (?, ?, ?, ?, ${NEXT_TOUCH}, ?)`,
          id,
          redactor.text(session.title),
          session.createdMs,
          session.usedMs,
          session.pinned ? 1 : 0,
        );
        const ids = new Map<number, number>();
        const mapped = (old: number | null): number | null => (old === null ? null : (ids.get(old) ?? null));
        for (const message of session.messages) {
          // An imported answer is never continued.
          const status = message.status === 'streaming' ? 'interrupted' : message.status;
          ids.set(message.id, messages.add(seq, { ...message, status, parentId: mapped(message.parentId) }));
        }
        for (const { error, ...exchange } of session.exchanges) {
          const given = { ...exchange, ...(error !== null && { error }) };
          exchanges.add(seq, mapped(exchange.questionId), mapped(exchange.answerId), given);
        }
        const last = session.messages.map(gistOf).findLast((gist) => gist !== '') ?? '';
        const model = session.messages.findLast((message) => message.model !== null)?.model ?? null;
        db.run(
          'UPDATE sessions SET head = ?, preview = ?, model = coalesce(model, ?) WHERE seq = ?',
          mapped(session.headId),
          previewOf(redactor.text(last)),
          model,
          seq,
        );
        return id;
      }),
  };
}

/** Returns the text that a list shows for a message. */
function gistOf({ text, refusal = '', toolCalls = [] }: Answer): string {
  if (text !== '' || refusal !== '' || toolCalls.length === 0) return text === '' ? refusal : text;
  return `calls ${toolCalls.map(({ name }) => name).join(', ')}`;
}
