import type { ChatMessage } from '../../connector/messages.js';
import {
  conversationOf,
  type Entry,
  isInstruction,
  isQuestion,
  turnsOf,
  withoutLastAnswer,
} from './entry.js';
import type { Conversation, Turn } from './prompt.js';

/** A row of a file that is a part of a session. */
export interface SessionRow {
  readonly entry: Entry;
  /** The row's `message_mode` (AIPerf): whether its messages are the whole history or only the turn's new ones. */
  readonly mode: unknown;
  /** When its question is due. */
  readonly due: Pick<Turn, 'delayMs' | 'afterMs'>;
}

type Rows = readonly [SessionRow, ...SessionRow[]];

/**
 * Joins the rows of one session to a conversation; undefined when they have no question.
 * @param most largest number of turns
 */
export function conversationIn(rows: Rows, most: number): Conversation | undefined {
  const [only, ...later] = rows;
  if (later.length === 0) return conversationOf(only.entry, most);
  const [first, ...others] = joinedTurns(rows).slice(0, most);
  return first && [first, ...others];
}

function joinedTurns(rows: Rows): Turn[] {
  const whole = haveHistory(rows);
  const turns: Turn[] = [];
  let waiting: readonly ChatMessage[] = [];
  for (const { entry, due } of rows) {
    const { messages, maxTokens, body } = entry;
    const request = { ...(maxTokens !== undefined && { maxTokens }), ...(body !== undefined && { body }) };
    const own = whole ? [{ messages: withoutLastAnswer(messages), whole }] : turnsOf(messages);
    for (const [number, turn] of (entry.turns ?? own).entries()) {
      const last = turns.at(-1);
      if (turn.messages.some(isQuestion)) {
        const times = number === 0 ? due : {};
        turns.push({ ...request, ...times, ...turn, messages: [...waiting, ...turn.messages] });
        waiting = [];
      } else if (turn.messages.length > 0) {
        waiting = [...waiting, ...turn.messages.filter(isInstruction)];
      } else if (last !== undefined) {
        const recorded = [...(last.recorded ?? []), ...(turn.recorded ?? [])];
        turns[turns.length - 1] = { ...last, recorded };
      }
    }
  }
  return turns;
}

/** Returns whether each row contains the messages of all earlier rows, so that it is sent unchanged. */
function haveHistory([first, ...later]: Rows): boolean {
  const opening = JSON.stringify(first.entry.messages[0]);
  return later.some(({ entry: { form, messages }, mode }) => {
    if (form === 'OpenAI batch') return true;
    if (form !== 'messages' || mode === 'delta') return false;
    const request = withoutLastAnswer(messages);
    const repeats =
      JSON.stringify(request[0]) === opening || request.some(({ role }) => role === 'assistant');
    return mode === 'history' || (request.length > 1 && repeats);
  });
}
