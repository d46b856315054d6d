import type { ChatMessage } from '../../connector/messages.js';
import type { Clock, Order } from '../../loadtest/load/run-load.js';
import type { Turn } from '../../loadtest/prompts/prompt.js';
import { type Results, send, type Target } from './send.js';

/**
 * Runs one conversation: sends turn by turn, each with the history. It ends early after an incomplete answer or when
 * the time for further requests is over. Never rejects.
 */
export async function converse(
  target: Target,
  order: Order,
  results: Results,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { prompts, pace, history } = target;
  const place = results.first + order.index;
  const turns = prompts.at(place);
  const last = Math.min(turns.length, pace.turns(place));
  const thinkMs = pace.thinkMs(place);
  results.conversations.begun += 1;
  let earlier: readonly ChatMessage[] = [];
  let { intendedMs, readyMs } = order;
  for (let number = 0; number < last; number += 1) {
    const turn = turns[number] ?? turns[0];
    if (number > 0) {
      const nowMs = clock.now() - results.startMs;
      intendedMs = nowMs + thinkMs(turn, nowMs - order.intendedMs);
      readyMs = intendedMs;
      if (intendedMs >= results.endMs) return;
      const left = intendedMs - (clock.now() - results.startMs);
      if (left > 0) await clock.wait(left, signal).catch(() => {});
      if (signal.aborted) return;
    }
    const messages = number === 0 || turn.whole === true ? turn.messages : [...earlier, ...turn.messages];
    const answer = await send(
      target,
      { index: order.index, intendedMs, readyMs, turn: number + 1, ...turn, messages },
      results,
      signal,
    );
    if (answer.outcome !== 'complete') {
      if (!signal.aborted) results.conversations.brokenOff += 1;
      return;
    }
    if (number + 1 === last) break;
    earlier = [
      ...messages,
      ...(history === 'recorded' ? recorded(turn, answer.text) : [answered(answer.text)]),
    ];
  }
  results.conversations.complete += 1;
}

const answered = (content: string): ChatMessage => ({ role: 'assistant', content });
const recorded = ({ recorded = [] }: Turn, text: string): readonly ChatMessage[] =>
  recorded.length > 0 ? recorded : [answered(text)];
