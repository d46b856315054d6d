import type { AppState } from '../app-state.js';
import { append, endWith, type Tree, toSibling } from '../branches/branches.js';
import { metricsBeforeStart, newAnswer } from '../exchange/exchange.js';
import type { RequestView } from '../exchange/request-view.js';
import type { Message } from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import type { Scroll } from '../view/scroll.js';
import type { Comparison, Side } from './comparison.js';

/** Starts a comparison with empty answers; the first one is marked. */
export function beginComparison(
  state: AppState,
  endpoints: readonly EndpointInfo[],
  { question, fromDraft, rounds }: Pick<Comparison, 'question' | 'fromDraft'> & { rounds: number },
): AppState {
  const { nextMessageId, nowMs } = state;
  return {
    ...state,
    nextMessageId: nextMessageId + endpoints.length,
    scroll: { kind: 'follow' },
    search: { kind: 'closed' },
    comparison: {
      question,
      fromDraft,
      sides: endpoints.map((endpoint, index) => ({
        endpoint,
        answer: newAnswer(nextMessageId + index, nowMs, endpoint),
        request: BEFORE_START,
        runs: [],
        scroll: { kind: 'follow' },
      })),
      marked: 0,
      rounds: { of: rounds, now: 1 },
    },
  };
}

const BEFORE_START: RequestView = { kind: 'running', metrics: metricsBeforeStart(0) };

/** Starts the next round, whose answers are not shown. */
export function nextRound(comparison: Comparison): Comparison {
  const { rounds } = comparison;
  return {
    ...comparison,
    rounds: { ...rounds, now: rounds.now + 1 },
    sides: comparison.sides.map((side) => ({ ...side, request: BEFORE_START })),
  };
}

/**
 * Returns the sides with their indexes, in the order in which this round sends their requests. Each round starts with
 * another side, because the first request waits least on this machine.
 */
export function inSendingOrder({ comparison }: AppState): (readonly [index: number, side: Side])[] {
  if (comparison === undefined) return [];
  const sides = [...comparison.sides.entries()];
  const first = (comparison.rounds.now - 1) % sides.length;
  return [...sides.slice(first), ...sides.slice(0, first)];
}

/** Applies a transition to the side with this answer; the transition sees the side as a whole conversation. */
export function onSide(
  state: AppState,
  answerId: number,
  transition: (inner: AppState) => AppState,
): AppState {
  const index = state.comparison?.sides.findIndex(({ answer }) => answer.id === answerId) ?? -1;
  return changeSide(state, index, (side) => {
    const inner = transition({ ...state, messages: [side.answer], request: side.request, retry: side.retry });
    const [changed] = inner.messages;
    return { inner, answer: changed?.role === 'assistant' ? changed : side.answer };
  });
}

/** Applies a transition to a side in a later round: the answer is not shown and only the figures change. */
export function onRepeat(
  state: AppState,
  index: number,
  transition: (inner: AppState) => AppState,
): AppState {
  return changeSide(state, index, ({ answer, request, retry }) => ({
    inner: transition({ ...state, messages: [], request, retry }),
    answer,
  }));
}

function changeSide(
  state: AppState,
  index: number,
  change: (side: Side) => { inner: AppState; answer: Side['answer'] },
): AppState {
  const { comparison } = state;
  const side = comparison?.sides[index];
  if (comparison === undefined || side === undefined) return state;
  const { inner, answer } = change(side);
  const { request, retry, session } = inner;
  const isWhole =
    side.request.kind === 'running' && request.kind === 'done' && request.outcome === 'complete';
  const runs = isWhole ? [...side.runs, request.metrics] : side.runs;
  const sides = comparison.sides.with(index, { ...side, answer, request, retry, runs });
  return { ...state, session, comparison: { ...comparison, sides } };
}

/** Marks the next answer, or the one at `index`, clamped to the existing answers. */
export function markSide(comparison: Comparison, index?: number): Comparison {
  const { marked, sides } = comparison;
  const next = index ?? (marked + 1) % sides.length;
  return { ...comparison, marked: Math.min(Math.max(0, next), sides.length - 1) };
}

/** Scrolls the marked side. */
export function scrollSide(comparison: Comparison, scroll: Scroll): Comparison {
  const { marked, sides } = comparison;
  return {
    ...comparison,
    sides: sides.map((side, index) => (index === marked ? { ...side, scroll } : side)),
  };
}

/** Ends the comparison with the marked answer. Other answers with text or tool calls become its sibling branches. */
export function withChosen(state: AppState): AppState {
  const { comparison } = state;
  const side = comparison?.sides[comparison.marked];
  if (comparison === undefined || side === undefined) return state;
  const { answer: chosen, request, endpoint } = side;
  const kept = comparison.sides
    .map(({ answer }) => answer)
    .filter((one) => one === chosen || one.text !== '' || one.toolCalls !== undefined);
  // `append` needs ascending ids, and the answer that was added last is the one in use. So switch to the chosen one
  // afterwards.
  const added = kept.reduce<Tree>(
    (tree, answer) => append(endWith(tree, comparison.question), answer),
    state,
  );
  const index = added.messages.length - 1;
  const steps = kept.indexOf(chosen) - (kept.length - 1);
  return {
    ...state,
    comparison: undefined,
    endpoint,
    request,
    ...(steps === 0 ? added : (toSibling(added, index, steps) ?? added)),
  };
}

/** Ends the comparison and restores the conversation as it was before. */
export function withoutComparison(state: AppState): AppState {
  const { comparison, messages } = state;
  if (comparison === undefined) return state;
  const { question, fromDraft } = comparison;
  return {
    ...state,
    comparison: undefined,
    messages: fromDraft ? messages.filter(({ id }) => id !== question) : messages,
  };
}

/** Returns the messages that are sent to all sides: the conversation up to the question. */
export function messagesForSides({ messages, comparison }: AppState): readonly Message[] {
  return comparison === undefined ? messages : upTo(messages, comparison.question);
}

function upTo(messages: readonly Message[], id: number): readonly Message[] {
  return messages.filter((message) => message.id <= id);
}
