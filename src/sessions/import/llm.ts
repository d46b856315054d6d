import { openDatabase, text } from '../file/database.js';
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
  const db = openDatabase(path, { readOnly: true });
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
