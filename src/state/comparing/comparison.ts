import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { RequestView, RetryNotice } from '../exchange/request-view.js';
import type { AssistantMessage } from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import type { Scroll } from '../view/scroll.js';

/** One of the answers to the same question. */
export interface Side {
  readonly endpoint: EndpointInfo;
  /** Of the first round; later rounds bring figures alone. */
  readonly answer: AssistantMessage;
  /** The latest round's. */
  readonly request: RequestView;
  /** The figures of each round whose answer was whole. */
  readonly runs: readonly ExchangeMetrics[];
  readonly retry?: RetryNotice | undefined;
  readonly scroll: Scroll;
}

/** A question to several endpoints or models, until one answer is chosen. */
export interface Comparison {
  /** The question's id; it is in the conversation, the answers are not. */
  readonly question: number;
  /** The question came from the draft: without a choice it goes back there. */
  readonly fromDraft: boolean;
  /** Two or more. */
  readonly sides: readonly Side[];
  /** The index of the answer that enter goes on with. */
  readonly marked: number;
  /** How often all are asked, and the round that runs or ran last. */
  readonly rounds: { readonly of: number; readonly now: number };
}

/** What of the state tells which exchanges run. */
interface Shown {
  readonly comparison?: Comparison | undefined;
  readonly request: RequestView;
}

/** The request whose figures are shown: the marked side's while several are compared. */
export function shownRequest({ comparison, request }: Shown): RequestView {
  return comparison?.sides[comparison.marked]?.request ?? request;
}

/** An answer runs, here or on one of the sides. */
export function isAnswering({ comparison, request }: Shown): boolean {
  return (
    (comparison?.sides.some((side) => side.request.kind === 'running') ?? false) || request.kind === 'running'
  );
}
