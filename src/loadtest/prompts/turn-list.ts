import { isRecord } from '../../common/json.js';
import type { ChatMessage } from '../../connector/messages.js';
import { delayOf, requestMembersOf } from './members.js';
import { messagesOf } from './messages.js';
import type { Turn } from './prompt.js';
import { questionIn } from './question.js';

type Members = Readonly<Record<string, unknown>>;
const INDEXED = /^(?:prompt|text)_(\d+)$/;

/** Whether a column or member is one of several questions, e.g. `prompt_0`. */
export const isIndexed = (name: string): boolean => INDEXED.test(name);

/**
 * Reads a list of turns: texts, or objects with a question and members of its request.
 * @param before messages in front of the first question
 * @returns a text with the reason when a turn is invalid
 */
export function turnsIn(list: readonly unknown[], before: readonly ChatMessage[]): readonly Turn[] | string {
  const turns: Turn[] = [];
  let waiting = before;
  for (const [index, one] of list.entries()) {
    const value = typeof one === 'string' ? { text: one } : one;
    const refuse = (reason: string): string => `turn ${index + 1}: ${reason}`;
    if (!isRecord(value)) return refuse('this is neither a text nor an object');
    const question = questionIn(value);
    if (question === undefined) return refuse('this has no question');
    if (typeof question === 'string') return refuse(question);
    const messages = messagesOf([{ role: value.role ?? 'user', content: question.content }]);
    if (typeof messages === 'string') return refuse(messages);
    const role = messages[0]?.role;
    const last = turns.at(-1);
    if (role === 'assistant') {
      if (last !== undefined)
        turns[turns.length - 1] = { ...last, recorded: [...(last.recorded ?? []), ...messages] };
      continue;
    }
    waiting = [...waiting, ...messages];
    // A system message belongs to the question after it.
    if (role !== 'user') continue;
    const request = requestMembersOf(value);
    if (typeof request === 'string') return refuse(request);
    const delayMs = delayOf(value);
    if (typeof delayMs === 'string') return refuse(delayMs);
    turns.push({
      messages: waiting,
      ...request,
      ...(delayMs !== undefined && { delayMs }),
    });
    waiting = [];
  }
  return turns;
}

/** Reads the members `prompt_0`, `prompt_1`, … with `output_tokens_count_0` and others; undefined without any. */
export function indexedTurnsIn(
  value: Members,
  before: readonly ChatMessage[],
): readonly Turn[] | string | undefined {
  const numbers = Object.keys(value)
    .flatMap((name) => INDEXED.exec(name)?.[1] ?? [])
    .toSorted((one, other) => Number(one) - Number(other));
  if (numbers.length === 0) return undefined;
  const list = [...new Set(numbers)].map((number) =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, one]) =>
        name.endsWith(`_${number}`) ? [[name.slice(0, -number.length - 1), one]] : [],
      ),
    ),
  );
  // A table has a column for each turn of its longest conversation, so other conversations have empty cells.
  return turnsIn(
    list.filter(
      ({ prompt, text }) => ![prompt, text].every((one) => one === undefined || one === null || one === ''),
    ),
    before,
  );
}

/**
 * Reads a session's request bodies. Each includes its history, with which it is sent.
 * @returns a text with the reason when a body is invalid
 */
export function payloadTurnsIn(list: readonly unknown[]): readonly Turn[] | string {
  const turns: Turn[] = [];
  for (const [index, body] of list.entries()) {
    const refuse = (reason: string): string => `payload ${index + 1}: ${reason}`;
    if (!isRecord(body) || !Array.isArray(body.messages))
      return refuse('use requests of chat completions only: this has no messages');
    const messages = messagesOf(body.messages);
    const request = requestMembersOf(body, true);
    if (typeof messages === 'string') return refuse(messages);
    if (typeof request === 'string') return refuse(request);
    turns.push({ messages, ...request, whole: true });
  }
  return turns;
}
