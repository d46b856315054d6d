import type { ChatMessage } from '../../connector/messages.js';
import type { Clock, Order } from '../../loadtest/load/run-load.js';
import type { Turn } from '../../loadtest/prompts/prompt.js';
import { type Results, send, type Target } from './send.js';

/**
 * Runs one conversation: sends turn by turn, each with the history. It ends early after an incomplete answer or when
 * the time for further requests is over. Never rejects.
 */
export function converse(
  target: Target,
  order: Order,
  results: Results,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { prompts, pace, history } = target;
  const { conversations } = results;
  const place = results.first + order.index;
  const turns = prompts.at(place);
  const last = Math.min(turns.length, pace.turns(place));
  const thinkMs = pace.thinkMs(place);
  conversations.begun += 1;

  const ask = (
    number: number,
    intendedMs: number,
    readyMs: number,
    earlier: readonly ChatMessage[],
  ): Promise<void> => {
    const turn = turns[number - 1] ?? turns[0];
    const messages = number === 1 || turn.whole === true ? turn.messages : [...earlier, ...turn.messages];
    const request = { index: order.index, intendedMs, readyMs, number, turn, messages };
    return send(target, request, results, signal).then((answer) => {
      if (answer.outcome !== 'complete') {
        if (!signal.aborted) conversations.brokenOff += 1;
        return undefined;
      }
      if (number >= last) {
        conversations.complete += 1;
        return undefined;
      }
      const reply = history === 'recorded' ? recorded(turn, answer.text) : [answered(answer.text)];
      return askAfterPause(number + 1, [...messages, ...reply]);
    });
  };
  const askAfterPause = async (number: number, earlier: readonly ChatMessage[]): Promise<void> => {
    const nowMs = clock.now() - results.startMs;
    const dueMs = nowMs + thinkMs(turns[number - 1] ?? turns[0], nowMs - order.intendedMs);
    if (dueMs >= results.endMs) return;
    const leftMs = dueMs - (clock.now() - results.startMs);
    if (leftMs > 0) await clock.wait(leftMs, signal).catch(() => {});
    if (!signal.aborted) await ask(number, dueMs, dueMs, earlier);
  };
  return ask(1, order.intendedMs, order.readyMs, []);
}

const answered = (content: string): ChatMessage => ({ role: 'assistant', content });
const recorded = ({ recorded = [] }: Turn, text: string): readonly ChatMessage[] =>
  recorded.length > 0 ? recorded : [answered(text)];
