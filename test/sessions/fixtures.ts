import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FinishedExchange } from '../../src/sessions/exchange-table.js';
import { openSessions, type SessionStore } from '../../src/sessions/store.js';
import { EMPTY_MESSAGE, type Message } from '../../src/sessions/types.js';
import { folderForTest } from '../support/run/temporary-folder.js';

/** A folder of its own for one test. */
export function folder(): string {
  const dir = folderForTest();
  return dir;
}

/** A clock that only changes when it is set. */
export function fakeClock(startMs = Date.UTC(2026, 10, 22, 12)): { unixMs(): number; ms: number } {
  return {
    ms: startMs,
    unixMs() {
      return this.ms;
    },
  };
}

/** Returns a path for a sessions file, in a folder that does not exist yet. */
export function sessionsPath(): string {
  return join(folder(), 'data', 'sessions.db');
}

export function openedStore(
  path = sessionsPath(),
  options: Parameters<typeof openSessions>[1] = {},
): SessionStore {
  const store = openSessions(path, options);
  onTestFinished(() => store.close());
  return store;
}

export function exchange(changes: Partial<FinishedExchange> = {}): FinishedExchange {
  return {
    atMs: Date.UTC(2026, 10, 22, 12),
    endpoint: 'openai',
    url: 'https://api.openai.com/v1/chat/completions',
    model: 'gpt-4o',
    outcome: 'complete',
    request: { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream: true },
    metrics: {
      ttfbMs: 200,
      ttftMs: 300,
      e2eMs: 2000,
      promptTokens: 10,
      outputTokens: 50,
      tokensEstimated: false,
      chunks: 50,
      bytes: 9000,
      attempts: 1,
      buffered: false,
      gaps: { p50: 20, p95: 40, p99: 50, max: 60 },
      hops: { client_to_daemon: 0.3, queue: 0.1, dns: 2, connect: 10, tls: 20, send: 0.5, wait: 160 },
    },
    timeline: { sentMs: 0, chunks: [300, 320] },
    ...changes,
  };
}

/** A question and its answer at the end of a session. */
export function ask(
  store: SessionStore,
  session: string,
  question: string,
  answer: string,
  parentId: number | null = null,
  changes: Partial<FinishedExchange> = {},
): { question: number; answer: number } {
  const questionId = store.append(session, { role: 'user', text: question, parentId });
  const answered = store.beginAnswer(session, { parentId: questionId, endpoint: 'openai', model: 'gpt-4o' });
  const status = changes.error === undefined ? 'complete' : 'error';
  store.finishAnswer(answered, { text: answer, status, exchange: exchange(changes) });
  return { question: questionId, answer: answered };
}

/** A question without content, and with these changes. */
export function message(changes: Partial<Message>): Message {
  return {
    ...EMPTY_MESSAGE,
    id: 1,
    parentId: null,
    role: 'user',
    atMs: 0,
    ...changes,
  };
}
