import type { ChatAnswer, ChatMessage, ChatOptions, ExchangeEvent } from '../../connector/types.js';
import { createJournal } from '../../sessions/journal.js';
import { SessionsError } from '../../sessions/problem.js';
import { openSessions, type SessionStore } from '../../sessions/store.js';
import { createExchangeKeeper } from '../../state/exchange/finished-exchange.js';
import type { EndpointInfo } from '../../state/ports.js';
import { sessionsFile } from '../sessions/sessions-file.js';
import { secretsToHide } from '../sessions.js';
import { tell } from '../support/tell.js';

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
  endpoint: EndpointInfo,
  { config, ...options }: { config?: string } & Pick<ChatOptions, 'temperature' | 'maxTokens'>,
): AskSession {
  const store = openSessions(sessionsFile(), { secrets: secretsToHide(config) });
  try {
    for (const notice of store.notices) tell(notice);
    return recordIn(store, name, question, endpoint, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

function recordIn(
  store: SessionStore,
  name: string,
  question: string,
  endpoint: EndpointInfo,
  { temperature, maxTokens: max_tokens }: Pick<ChatOptions, 'temperature' | 'maxTokens'>,
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
  const keeper = createExchangeKeeper(Date.now(), endpoint, { temperature, max_tokens });
  let started = false;
  const begin = (model: string): void => {
    if (!started) journal.answerStarted({ id: ANSWER, endpoint: endpoint.name, model });
    started = true;
  };

  return {
    history,
    event(event) {
      keeper.take(event);
      if (event.type === 'start') begin(event.model);
      else if (event.type === 'text') journal.answerText(ANSWER, { text: event.text });
      else if (event.type === 'reasoning') journal.answerText(ANSWER, { reasoning: event.text });
    },
    ended(answer) {
      // A request that was never sent, as for a missing key, has no start.
      begin(endpoint.model);
      const { outcome, text, reasoning } = answer;
      journal.answerEnded(ANSWER, { status: outcome, text, reasoning, exchange: keeper.ended(answer) });
    },
    close() {
      journal.close();
      store.close();
    },
  };
}
