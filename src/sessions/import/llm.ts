import { existsSync, statSync } from 'node:fs';
import { type Database, openDatabase, text } from '../file/database.js';
import { SessionsError } from '../problem.js';
import type { Conversation } from './conversation.js';
import { llmResponses } from './llm-responses.js';
import { llmThreads } from './llm-threads.js';

/**
 * Reads the conversations in the log of `llm` (https://llm.datasette.io/en/stable/logging.html). Newer versions save
 * messages, and older ones saved prompts and responses.
 * @throws {SessionsError} `invalid` when the file belongs to another program
 */
export function llmConversations(path: string): Conversation[] {
  const before = stateOf(path);
  if (before.isWritten) return conversationsIn(openDatabase(path, { readOnly: true }));
  const found = conversationsIn(openDatabase(path, { readOnly: 'still' }));
  const after = stateOf(path);
  const isChanged = after.isWritten || after.mtimeMs !== before.mtimeMs;
  return isChanged ? conversationsIn(openDatabase(path, { readOnly: true })) : found;
}

/** Returns when the file was changed, and whether a program has begun to write to its journal. */
function stateOf(path: string): { mtimeMs: number; isWritten: boolean } {
  const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return { mtimeMs, isWritten: ['-wal', '-journal'].some((end) => existsSync(path + end)) };
}

function conversationsIn(db: Database): Conversation[] {
  try {
    const tables = new Set(
      db.all("SELECT name FROM sqlite_schema WHERE type = 'table'").map((row) => text(row, 'name')),
    );
    if (!tables.has('responses') && !tables.has('turns'))
      throw new SessionsError(
        'invalid',
        'it is an SQLite file, but not a log of llm: export the conversations as JSON, and import that',
      );
    const threads = tables.has('turns') ? llmThreads(db) : [];
    return [...threads, ...(tables.has('responses') ? llmResponses(db, tables) : [])];
  } finally {
    db.close();
  }
}
