import type { ChatAnswer, ChatMessage, ExchangeEvent } from '../../connector/types.js';
import { createJournal } from '../../sessions/journal.js';
import { SessionsError } from '../../sessions/problem.js';
import { openSessions, type SessionStore } from '../../sessions/store.js';
import { secretsToHide } from '../sessions.js';
import { sessionsFile } from '../sessions-file.js';
import { tell } from '../tell.js';

/** The saved session that one question belongs to. */
export interface AskSession {
  /** What was said before. */
  readonly history: readonly ChatMessage[];
  event(event: ExchangeEvent): void;
  ended(answer: ChatAnswer): void;
  close(): void;
}

const QUESTION = 1;
const ANSWER = 2;

/**
 * Finds the session with this title or id, or begins one with this title, and saves the question.
 * @throws {SessionsError} when it can't be saved: the question is not to be sent then
 */
export function openAskSession(
  name: string,
  question: string,
  endpoint: string,
  flags: { config?: string; system?: string },
): AskSession {
  const store = openSessions(sessionsFile(), { secrets: secretsToHide(flags.config) });
  try {
    for (const notice of store.notices) tell(notice);
    return recordIn(store, name, question, endpoint, flags.system);
  } catch (error) {
    store.close();
    throw error;
  }
}

function recordIn(
  store: SessionStore,
  name: string,
  question: string,
  endpoint: string,
  system: string | undefined,
): AskSession {
  const session = store.named(name)?.id ?? store.create(name).id;
  const before = store.branchInUse(session);
  const history = before.flatMap(({ role, text }) => (text === '' ? [] : [{ role, content: text }]));
  let problem: SessionsError | undefined;
  const journal = createJournal(store, {
    session,
    onProblem: (now) => {
      problem = now;
      if (now !== undefined) tell(now.message);
    },
  });
  const last = before.at(-1);
  if (last !== undefined) journal.known(0, last.id);
  if (!journal.userMessage({ id: QUESTION, text: question })) {
    journal.close();
    throw problem ?? new SessionsError('failed', 'the question could not be saved');
  }
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...history,
    { role: 'user', content: question },
  ];
  const sentMs = Date.now();
  let asked = { url: '', model: '' };

  return {
    history,
    event(event) {
      if (event.type === 'start') {
        asked = { url: event.url, model: event.model };
        journal.answerStarted({ id: ANSWER, endpoint, model: event.model });
      } else if (event.type === 'text') journal.answerText(ANSWER, { text: event.text });
      else if (event.type === 'reasoning') journal.answerText(ANSWER, { reasoning: event.text });
    },
    ended({ outcome, text, reasoning, metrics, error, usage }) {
      // A request that was never sent, as for a missing key, has no start.
      if (asked.url === '') journal.answerStarted({ id: ANSWER, endpoint, model: asked.model });
      const failure = error && {
        class: error.getErrorClassName(),
        message: error.message,
        hop: error.hop,
        statusCode: error.statusCode ?? null,
      };
      journal.answerEnded(ANSWER, {
        status: outcome,
        text,
        reasoning,
        exchange: {
          atMs: sentMs,
          endpoint,
          ...asked,
          outcome,
          request: { model: asked.model, messages, stream: true },
          metrics: { ...metrics, ...(usage !== undefined && { usage }) },
          ...(failure !== undefined && { error: failure }),
        },
      });
    },
    close() {
      journal.close();
      store.close();
    },
  };
}
