import type { Attachment } from '../common/chat/attachments.js';
import type { Carried } from '../common/chat/carried.js';
import type { Database, Row } from './file/database.js';
import { toJson } from './json.js';
import { attachmentsOf, messageOf } from './records.js';
import type { Redactor } from './redact.js';
import type { Message, MessageStatus, ToolCall } from './types.js';

/** The parts of an answer. A missing part is empty. */
export interface Answer {
  text: string;
  reasoning?: string;
  refusal?: string;
  toolCalls?: readonly ToolCall[];
  /** Set at the answer's end. */
  carried?: Carried | null;
}

/** Reads and writes the tables of messages and attachments. */
export interface MessageTable {
  /** Adds a message to the session with this number. Returns its id. */
  add(seq: number, message: Omit<Message, 'id'>): number;
  /** Saves the answer so far, while it is still streaming. */
  checkpoint(id: number, answer: Answer, nowMs: number): void;
  finish(id: number, answer: Answer, status: MessageStatus, finishReason: string | null): void;
  /** Converts rows of one session to messages. */
  read(seq: number, rows: readonly Row[]): Message[];
  /** Returns all messages of the session. */
  all(seq: number): Message[];
}

export function createMessageTable(db: Database, redactor: Redactor): MessageTable {
  const callsJson = (calls: readonly ToolCall[]): string | null =>
    calls.length === 0 ? null : JSON.stringify(redactor.json(toJson(calls)));
  const carriedJson = (carried: Carried | null): string | null =>
    carried === null ? null : JSON.stringify(redactor.json(toJson(carried)));
  const attach = (seq: number, message: number, { name, type, size, url, data }: Attachment): void => {
    db.run(
      'INSERT INTO attachments (session, message, name, type, size, url, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
      seq,
      message,
      redactor.text(name),
      redactor.text(type),
      size,
      url === null ? null : redactor.url(url),
      data === null ? null : Buffer.from(data, 'base64'),
    );
  };
  const namesOf = (attachments: readonly Attachment[]): string | null =>
    attachments.length === 0 ? null : redactor.text(attachments.map(({ name }) => name).join('\n'));
  const read = (seq: number, rows: readonly Row[]): Message[] => {
    const attachments = attachmentsOf(db.all('SELECT * FROM attachments WHERE session = ? ORDER BY id', seq));
    return rows.map((row) => messageOf(row, attachments));
  };

  return {
    add(seq, message) {
      const streaming = message.status === 'streaming';
      const { lastId } = db.run(
        `INSERT INTO messages (session, parent, role, at_ms, text, reasoning, refusal, tool_calls, carried, tool_call_id,
           status, finish_reason, endpoint, model, attached, writer, written_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        seq,
        message.parentId,
        message.role,
        message.atMs,
        redactor.text(message.text),
        redactor.text(message.reasoning),
        redactor.text(message.refusal),
        callsJson(message.toolCalls),
        carriedJson(message.carried),
        message.toolCallId,
        message.status,
        message.finishReason,
        message.endpoint,
        message.model,
        namesOf(message.attachments),
        streaming ? process.pid : null,
        streaming ? message.atMs : null,
      );
      for (const attachment of message.attachments) attach(seq, lastId, attachment);
      db.run('UPDATE sessions SET messages = messages + 1 WHERE seq = ?', seq);
      return lastId;
    },
    checkpoint(id, { text, reasoning = '', refusal = '', toolCalls = [] }, nowMs) {
      db.run(
        `UPDATE messages SET text = ?, reasoning = ?, refusal = ?, tool_calls = ?, status = 'streaming', writer = ?,
           written_ms = ? WHERE id = ?`,
        redactor.text(text),
        redactor.text(reasoning),
        redactor.text(refusal),
        callsJson(toolCalls),
        process.pid,
        nowMs,
        id,
      );
    },
    finish(id, { text, reasoning = '', refusal = '', toolCalls = [], carried = null }, status, finishReason) {
      db.run(
        `UPDATE messages SET text = ?, reasoning = ?, refusal = ?, tool_calls = ?, carried = ?, status = ?,
           finish_reason = ?, writer = NULL, written_ms = NULL WHERE id = ?`,
        redactor.text(text),
        redactor.text(reasoning),
        redactor.text(refusal),
        callsJson(toolCalls),
        carriedJson(carried),
        status,
        finishReason,
        id,
      );
    },
    read,
    all: (seq) => read(seq, db.all('SELECT * FROM messages WHERE session = ? ORDER BY id', seq)),
  };
}
