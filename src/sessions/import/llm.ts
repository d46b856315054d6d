import { openDatabase, text } from '../file/database.js';
import { SessionsError } from '../problem.js';
import type { Conversation } from './conversation.js';
import { llmResponses } from './llm-responses.js';
import { llmThreads } from './llm-threads.js';

/**
 * The conversations in the log of `llm` (https://llm.datasette.io/en/stable/logging.html): those that newer versions keep
 * as messages, and those that older ones kept as prompts and responses.
 * @throws {SessionsError} `invalid` when the file is another program's
 */
export function llmConversations(path: string): Conversation[] {
  const db = openDatabase(path, { readOnly: true });
  try {
    const tables = new Set(
      db.all("SELECT name FROM sqlite_schema WHERE type = 'table'").map((row) => text(row, 'name')),
    );
    if (!tables.has('responses') && !tables.has('turns'))
      throw new SessionsError('invalid', 'it is an SQLite file, but no log of llm');
    const threads = tables.has('turns') ? llmThreads(db) : [];
    return [...threads, ...(tables.has('responses') ? llmResponses(db, tables) : [])];
  } finally {
    db.close();
  }
}
