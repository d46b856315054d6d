import type { AppState } from '../app-state.js';
import { append, endWith, type Tree, toSibling } from '../branches/branches.js';
import { metricsBeforeStart, newAnswer } from '../exchange/exchange.js';
import type { Message } from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import type { Scroll } from '../view/scroll.js';
import type { Comparison, Side, SideIndex } from './comparison.js';

/** Both answers begin: empty, the first one marked. */
export function beginComparison(
  state: AppState,
  endpoints: readonly [EndpointInfo, EndpointInfo],
  { question, fromDraft }: Pick<Comparison, 'question' | 'fromDraft'>,
): AppState {
  const { nextMessageId, nowMs } = state;
  const side = (endpoint: EndpointInfo, id: number): Side => ({
    endpoint,
    answer: newAnswer(id, nowMs, endpoint),
    request: { kind: 'running', metrics: metricsBeforeStart(0) },
    scroll: { kind: 'follow' },
  });
  const [one, other] = endpoints;
  return {
    ...state,
    nextMessageId: nextMessageId + 2,
    scroll: { kind: 'follow' },
    search: { kind: 'closed' },
    comparison: {
      question,
      fromDraft,
      sides: [side(one, nextMessageId), side(other, nextMessageId + 1)],
      marked: 0,
    },
  };
}

/** A transition of the side with this answer, which it sees as a conversation of its own. */
export function onSide(
  state: AppState,
  answerId: number,
  transition: (inner: AppState) => AppState,
): AppState {
  const { comparison } = state;
  const index = comparison?.sides.findIndex(({ answer }) => answer.id === answerId) ?? -1;
  const side = comparison?.sides[index];
  if (comparison === undefined || side === undefined) return state;
  const { answer, request, retry } = side;
  const inner = transition({ ...state, messages: [answer], request, retry });
  const [changed] = inner.messages;
  const next: Side = {
    ...side,
    answer: changed?.role === 'assistant' ? changed : answer,
    request: inner.request,
    retry: inner.retry,
  };
  const [one, other] = comparison.sides;
  const sides = index === 0 ? ([next, other] as const) : ([one, next] as const);
  return { ...state, session: inner.session, comparison: { ...comparison, sides } };
}

/** The other answer marked, or the one at `index`. */
export function markSide(comparison: Comparison, index?: SideIndex): Comparison {
  return { ...comparison, marked: index ?? (comparison.marked === 0 ? 1 : 0) };
}

/** The marked side scrolled. */
export function scrollSide(comparison: Comparison, scroll: Scroll): Comparison {
  const [one, other] = comparison.sides;
  const sides =
    comparison.marked === 0 ? ([{ ...one, scroll }, other] as const) : ([one, { ...other, scroll }] as const);
  return { ...comparison, sides };
}

/** The conversation goes on with the marked answer; the other one, when it has text, is a branch beside it. */
export function withChosen(state: AppState): AppState {
  const { comparison } = state;
  if (comparison === undefined) return state;
  const { answer: chosen, request, endpoint } = comparison.sides[comparison.marked];
  const kept = comparison.sides
    .map(({ answer }) => answer)
    .filter((one) => one === chosen || one.text !== '' || one.toolCalls !== undefined);
  // In the order of their ids: the last one added is the one in use.
  const added = kept.reduce<Tree>(
    (tree, answer) => append(endWith(tree, comparison.question), answer),
    state,
  );
  const index = added.messages.length - 1;
  const tree = added.messages[index]?.id === chosen.id ? added : toSibling(added, index, -1);
  return {
    ...state,
    comparison: undefined,
    endpoint,
    request,
    ...(tree ?? added),
  };
}

/** The conversation as it was before the comparison. */
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

/** The messages that both sides get: the conversation up to the question. */
export function askedOf({ messages, comparison }: AppState): readonly Message[] {
  return comparison === undefined ? messages : upTo(messages, comparison.question);
}

function upTo(messages: readonly Message[], id: number): readonly Message[] {
  return messages.filter((message) => message.id <= id);
}
