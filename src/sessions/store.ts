import { type Conversation, createConversation, markInterrupted } from './conversation.js';
import { createDrafts, type Drafts } from './drafts.js';
import { createExchangeTable, type FinishedExchange } from './exchange-table.js';
import { openFile } from './file/open-file.js';
import { createMessageTable } from './message-table.js';
import { createOpening, type Opening } from './opened.js';
import { SessionsError } from './problem.js';
import { createRedactor } from './redact.js';
import { parseQuery, type Query } from './search/query.js';
import { type SearchHit, search } from './search/search.js';
import { createSessionTable, type SessionTable } from './session-table.js';
import type { Clock } from './types.js';

/** The saved sessions. Every call throws `SessionsError` when the file can't be used; later calls may succeed. */
export interface SessionStore extends SessionTable, Conversation, Drafts, Opening {
  /** Changes that opening made to the file and to report to the user, each as a sentence. */
  readonly notices: readonly string[];
  /** Returns the matches, the latest first. `query.problems` lists invalid parts of the search. */
  search(text: string, limit?: number): { query: Query; hits: SearchHit[] };
  /** Saves all changes of `work` together, or none. */
  together<T>(work: () => T): T;
  /**
   * Saves a built-in question with its answer, and rolls both back. This prepares the statements and compiles the code
   * for the first real question.
   */
  rehearse(): void;
  close(): void;
}

export interface StoreOptions {
  clock?: Clock;
  /** Keys to remove from everything that is saved. */
  secrets?: readonly string[];
  /** How long to wait for another program's write, in ms. Waiting blocks the program. Default: 2000. */
  patienceMs?: number;
  /** The process id that drafts are saved under. Default: this process. */
  writer?: number;
}

const SYSTEM_CLOCK: Clock = { unixMs: () => Date.now() };

const BUILT_IN: FinishedExchange = {
  atMs: 0,
  endpoint: 'a',
  url: 'http://localhost/',
  model: 'a',
  outcome: 'complete',
  request: { model: 'a' },
  metrics: {},
};

/**
 * Opens the file of sessions, and creates a missing one. Several programs can have it open.
 * @throws {SessionsError} when it can't be used; programs can then continue without saving
 */
export function openSessions(
  path: string,
  { clock = SYSTEM_CLOCK, secrets = [], patienceMs, writer }: StoreOptions = {},
): SessionStore {
  // The file stores whole milliseconds, but a clock may return fractions.
  const whole: Clock = { unixMs: () => Math.round(clock.unixMs()) };
  const { database, notices } = openFile(path, whole.unixMs());
  if (patienceMs !== undefined) database.exec(`PRAGMA busy_timeout = ${Math.round(patienceMs)}`);
  try {
    markInterrupted(database, whole.unixMs());
  } catch (error) {
    // Reading works without free disk space, and while another program writes.
    if (!(error instanceof SessionsError) || (error.kind !== 'full' && error.kind !== 'busy')) {
      database.close();
      throw error;
    }
  }
  const redactor = createRedactor(secrets);
  const messages = createMessageTable(database, redactor);
  const drafts = createDrafts(database, whole, redactor, writer);
  const sessions = createSessionTable(database, whole, redactor);
  const exchanges = createExchangeTable(database, redactor);
  const conversation = createConversation(database, { messages, exchanges }, whole, redactor);
  return {
    ...sessions,
    ...conversation,
    ...drafts,
    ...createOpening(database, messages, drafts, whole),
    notices,
    search(text, limit = 50) {
      const query = parseQuery(text, clock.unixMs());
      return { query, hits: search(database, query, limit) };
    },
    together: (work) => database.write(work),
    rehearse: () =>
      database.tryOut(() => {
        const { id } = sessions.createFor('a');
        const question = conversation.append(id, { role: 'user', text: 'a', parentId: null });
        const answer = conversation.beginAnswer(id, { parentId: question, endpoint: 'a', model: 'a' });
        conversation.finishAnswer(answer, { text: 'a', status: 'complete', exchange: BUILT_IN });
      }),
    close: () => database.close(),
  };
}
