import { type Database, integer, type Row } from './file/database.js';
import { SessionsError } from './problem.js';
import { exchangeOf, messageOf } from './records.js';
import { type Redactor, toJson, withoutCredentials } from './redact.js';
import { NEXT_TOUCH, newId, previewOf, unknown } from './session-table.js';
import type { Clock, ExchangeError, Message, MessageStatus, Role, Session } from './types.js';
import { isAlive } from './writer.js';

/** An exchange as it is handed in; JSON values may be any plain objects. */
export interface FinishedExchange {
  /** Unix time in ms at which it was sent. */
  atMs: number;
  endpoint: string;
  url: string;
  model: string;
  outcome: string;
  error?: ExchangeError;
  /** The request's body; members that name a credential are left out. */
  request: object;
  /** The figures, named as in `ExchangeMetrics`. */
  metrics: object;
  timeline?: unknown;
  events?: unknown;
}

export interface Answer {
  text: string;
  reasoning?: string;
}

export interface Conversation {
  /** On disk when this returns. Brings a session back that was deleted meanwhile. */
  append(session: string, message: { role: Role; text: string; parentId: number | null }): number;
  /** An answer that is streaming from now on; `checkpoint` it at least every few seconds. */
  beginAnswer(session: string, answer: { parentId: number | null; endpoint: string; model: string }): number;
  /** All of the answer so far. */
  checkpoint(answerId: number, answer: Answer): void;
  finishAnswer(
    answerId: number,
    answer: Answer & { status: Exclude<MessageStatus, 'streaming'>; exchange?: FinishedExchange },
  ): void;
  /** Goes on from this message: the branch in use ends with it. */
  branch(session: string, messageId: number | null): void;
  /** The branch in use, from its first message. */
  branchInUse(session: string): Message[];
  load(session: string): Session;
  /** Adds a whole session as it is; under a new id where the id is taken. Returns the id. */
  insert(session: Session): string;
}

/** An answer whose program has not written for so long is no longer streaming. */
const SILENCE_MS = 10_000;

/** Answers whose program has ended become `interrupted`. One that only slept goes on: its next write tells. */
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

export function createConversation(db: Database, clock: Clock, redactor: Redactor): Conversation {
  const rowOf = (session: string): Row => {
    const row = db.get('SELECT * FROM sessions WHERE id = ?', session);
    if (row === undefined) throw unknown(session);
    return row;
  };
  const seqOf = (session: string): number => integer(rowOf(session), 'seq');
  const sessionOfAnswer = (answerId: number): Row => {
    const row = db.get('SELECT session, parent, endpoint, model FROM messages WHERE id = ?', answerId);
    if (row === undefined)
      throw new SessionsError('unknown', 'the session of this answer was deleted for good');
    return row;
  };
  /** Makes it the last used one, ending with this message. */
  const touch = (seq: number, head: number, text: string): void => {
    db.run(
      `UPDATE sessions SET head = ?, preview = ?, used_ms = ?, touched = ${NEXT_TOUCH}, deleted_ms = NULL WHERE seq = ?`,
      head,
      previewOf(text),
      clock.unixMs(),
      seq,
    );
  };
  const addMessage = (seq: number, message: Omit<Message, 'id'>): number => {
    const streaming = message.status === 'streaming';
    const { lastId } = db.run(
      `INSERT INTO messages (session, parent, role, at_ms, text, reasoning, status, endpoint, model, writer, written_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      seq,
      message.parentId,
      message.role,
      message.atMs,
      redactor.text(message.text),
      redactor.text(message.reasoning),
      message.status,
      message.endpoint,
      message.model,
      streaming ? process.pid : null,
      streaming ? message.atMs : null,
    );
    db.run('UPDATE sessions SET messages = messages + 1 WHERE seq = ?', seq);
    return lastId;
  };
  const addExchange = (
    seq: number,
    question: number | null,
    answer: number | null,
    exchange: FinishedExchange,
  ): void => {
    const json = (value: unknown): string => JSON.stringify(redactor.json(toJson(value)));
    const optional = (value: unknown): string | null => (value == null ? null : json(value));
    db.run(
      `INSERT INTO exchanges (session, question, answer, at_ms, endpoint, url, model, outcome, error, request, metrics, timeline, events)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      seq,
      question,
      answer,
      Math.round(exchange.atMs),
      redactor.text(exchange.endpoint),
      redactor.url(exchange.url),
      redactor.text(exchange.model),
      exchange.outcome,
      optional(exchange.error),
      json(withoutCredentials(exchange.request)),
      json(exchange.metrics),
      optional(exchange.timeline),
      optional(exchange.events),
    );
    db.run(
      'UPDATE sessions SET exchanges = exchanges + 1, model = ?, tokens = tokens + ? WHERE seq = ?',
      redactor.text(exchange.model),
      tokensOf(exchange.metrics),
      seq,
    );
  };

  return {
    append: (session, { role, text, parentId }) =>
      db.write(() => {
        const seq = seqOf(session);
        const message = { ...PLAIN, parentId, role, text, atMs: clock.unixMs() };
        const id = addMessage(seq, message);
        touch(seq, id, redactor.text(text));
        return id;
      }),
    beginAnswer: (session, { parentId, endpoint, model }) =>
      db.write(() => {
        const seq = seqOf(session);
        const atMs = clock.unixMs();
        const message = { ...PLAIN, parentId, role: 'assistant', text: '', atMs, endpoint, model } as const;
        const id = addMessage(seq, { ...message, status: 'streaming' });
        db.run('UPDATE sessions SET head = ? WHERE seq = ?', id, seq);
        return id;
      }),
    checkpoint: (answerId, { text, reasoning = '' }) =>
      db.write(() => {
        sessionOfAnswer(answerId);
        db.run(
          "UPDATE messages SET text = ?, reasoning = ?, status = 'streaming', writer = ?, written_ms = ? WHERE id = ?",
          redactor.text(text),
          redactor.text(reasoning),
          process.pid,
          clock.unixMs(),
          answerId,
        );
      }),
    finishAnswer: (answerId, { text, reasoning = '', status, exchange }) =>
      db.write(() => {
        const answer = sessionOfAnswer(answerId);
        const seq = integer(answer, 'session');
        const clean = redactor.text(text);
        db.run(
          'UPDATE messages SET text = ?, reasoning = ?, status = ?, writer = NULL, written_ms = NULL WHERE id = ?',
          clean,
          redactor.text(reasoning),
          status,
          answerId,
        );
        const question = typeof answer.parent === 'number' ? answer.parent : null;
        if (exchange !== undefined) addExchange(seq, question, answerId, exchange);
        db.run(
          `UPDATE sessions SET preview = CASE WHEN head = ? AND ? <> '' THEN ? ELSE preview END, used_ms = ?, touched = ${NEXT_TOUCH} WHERE seq = ?`,
          answerId,
          clean,
          previewOf(clean),
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
      return db
        .all(
          // A parent is older than its children, so that no damage makes this endless.
          `WITH RECURSIVE branch (id, parent) AS (
             SELECT id, parent FROM messages WHERE id = ? AND session = ?
             UNION ALL
             SELECT m.id, m.parent FROM messages m JOIN branch b ON m.id = b.parent AND m.id < b.id
           )
           SELECT m.* FROM branch JOIN messages m USING (id) ORDER BY m.id`,
          row.head ?? null,
          integer(row, 'seq'),
        )
        .map(messageOf);
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
        messages: db.all('SELECT * FROM messages WHERE session = ? ORDER BY id', seq).map(messageOf),
        exchanges: db.all('SELECT * FROM exchanges WHERE session = ? ORDER BY id', seq).map(exchangeOf),
      };
    },
    insert: (session) =>
      db.write(() => {
        const taken = db.get('SELECT 1 FROM sessions WHERE id = ?', session.id) !== undefined;
        const id = taken ? newId() : session.id;
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
          // Nobody writes to an imported answer any more.
          const status = message.status === 'streaming' ? 'interrupted' : message.status;
          ids.set(message.id, addMessage(seq, { ...message, status, parentId: mapped(message.parentId) }));
        }
        for (const { error, ...exchange } of session.exchanges) {
          const given = { ...exchange, ...(error !== null && { error }) };
          addExchange(seq, mapped(exchange.questionId), mapped(exchange.answerId), given);
        }
        const last = session.messages.findLast(({ text }) => text !== '')?.text ?? '';
        db.run(
          'UPDATE sessions SET head = ?, preview = ? WHERE seq = ?',
          mapped(session.headId),
          previewOf(redactor.text(last)),
          seq,
        );
        return id;
      }),
  };
}

const PLAIN = { reasoning: '', status: 'complete', endpoint: null, model: null } as const;

function tokensOf(metrics: object): number {
  const count = (name: string): number => {
    const value: unknown = Reflect.get(metrics, name);
    return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : 0;
  };
  return count('promptTokens') + count('outputTokens');
}
