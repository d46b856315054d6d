import type { Attachment } from '../../common/chat/attachments.js';
import type { ChatMessage } from '../../connector/messages.js';
import type { ChatAnswer, ExchangeEvent } from '../../connector/types.js';
import { createJournal } from '../../sessions/journal.js';
import { SessionsError } from '../../sessions/problem.js';
import { requestMessages } from '../../sessions/request-messages.js';
import { openSessions, type SessionStore } from '../../sessions/store.js';
import { createExchangeKeeper } from '../../state/exchange/finished-exchange.js';
import type { EndpointInfo } from '../../state/ports.js';
import { sessionsFile } from '../sessions/sessions-file.js';
import { secretsToHide } from '../sessions.js';
import { printMessage } from '../support/output/print-message.js';
import type { ToolMessage } from './tools.js';

/** The saved session of a question. A question with tool calls needs several exchanges. */
export interface AskSession {
  /** The earlier messages. */
  readonly history: readonly ChatMessage[];
  event(event: ExchangeEvent): void;
  ended(answer: ChatAnswer): void;
  /** Saves the results of the last answer's tool calls. Call it before the exchange that sends them. */
  results(messages: readonly ToolMessage[]): void;
  close(): void;
}

/** The question. */
export interface AskedQuestion {
  text: string;
  attachments: readonly Attachment[];
  endpoint: EndpointInfo;
  /** The request's body; `messages` holds only the system prompt. */
  body: Readonly<Record<string, unknown>>;
}

/**
 * Finds the session with this title or id, or begins one with this title, and saves the question.
 * @throws {SessionsError} when the question can't be saved; the caller must not send it then
 */
export function openAskSession(name: string, question: AskedQuestion, config?: string): AskSession {
  const store = openSessions(sessionsFile(), { secrets: secretsToHide(config) });
  try {
    for (const notice of store.notices) printMessage(notice);
    return recordIn(store, name, question);
  } catch (error) {
    store.close();
    throw error;
  }
}

function recordIn(
  store: SessionStore,
  name: string,
  { text, attachments, endpoint, body }: AskedQuestion,
): AskSession {
  // One transaction: when two questions arrive at once, one creates the session and the other one finds it.
  const session = store.together(() => store.named(name) ?? store.create(name)).id;
  const before = store.branchInUse(session);
  let problem: SessionsError | undefined;
  const journal = createJournal(store, {
    session,
    onProblem: (now) => {
      problem = now;
      if (now !== undefined) printMessage(now.message);
    },
  });
  const last = before.at(-1);
  if (last !== undefined) journal.known(0, last.id);
  let lastId = 1;
  if (!journal.add({ id: lastId, text, attachments })) {
    journal.close();
    throw problem ?? new SessionsError('failed', 'the question could not be saved');
  }
  let running = beginExchange(endpoint, body);
  let calledTools = false;
  const begin = (model: string): number => {
    if (running.answer === undefined) {
      lastId += 1;
      running.answer = lastId;
      journal.answerStarted({ id: lastId, endpoint: endpoint.name, model });
    }
    return running.answer;
  };

  return {
    history: requestMessages(before, { endpoint: endpoint.name, model: endpoint.model }),
    event(event) {
      running.keeper.take(event);
      if (event.type === 'start') begin(event.model);
      else if (event.type === 'text' || event.type === 'reasoning' || event.type === 'refusal')
        journal.answerText(begin(endpoint.model), { [event.type]: event.text });
      else if (event.type === 'split')
        journal.answerSoFar(begin(endpoint.model), { text: event.text, reasoning: event.reasoning });
    },
    ended(answer) {
      const { outcome, text, reasoning, refusal, toolCalls, carried } = answer;
      const exchange = running.keeper.ended(answer);
      // A request that was never sent, e.g. without a key, has no event that began the answer.
      const id = begin(endpoint.model);
      // Providers need `carried` back only in a turn with tool calls.
      const kept = carried !== undefined && (toolCalls.length > 0 || calledTools) && { carried };
      journal.answerEnded(id, { status: outcome, text, reasoning, refusal, toolCalls, ...kept, exchange });
    },
    results(messages) {
      calledTools = true;
      for (const { content, tool_call_id: toolCallId } of messages) {
        lastId += 1;
        journal.add({ id: lastId, text: content, toolCallId });
      }
      running = beginExchange(endpoint, body);
    },
    close() {
      journal.close();
      store.close();
    },
  };
}

function beginExchange(
  endpoint: EndpointInfo,
  body: AskedQuestion['body'],
): { keeper: ReturnType<typeof createExchangeKeeper>; answer?: number } {
  return { keeper: createExchangeKeeper(Date.now(), endpoint, body) };
}
