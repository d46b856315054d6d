import type { RequestView, RetryNotice } from '../exchange/request-view.js';
import type { AssistantMessage } from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import type { Scroll } from '../view/scroll.js';

/** One of the two answers to the same question. */
export interface Side {
  readonly endpoint: EndpointInfo;
  readonly answer: AssistantMessage;
  readonly request: RequestView;
  readonly retry?: RetryNotice | undefined;
  readonly scroll: Scroll;
}

export type SideIndex = 0 | 1;

/** A question to two endpoints, until one answer is chosen. */
export interface Comparison {
  /** The question's id; it is in the conversation, the answers are not. */
  readonly question: number;
  /** The question came from the draft: without a choice it goes back there. */
  readonly fromDraft: boolean;
  readonly sides: readonly [Side, Side];
  /** The answer that enter goes on with. */
  readonly marked: SideIndex;
}

/** What of the state tells which exchanges run. */
interface Shown {
  readonly comparison?: Comparison | undefined;
  readonly request: RequestView;
}

/** The request whose figures are shown: the marked side's while two are compared. */
export function shownRequest({ comparison, request }: Shown): RequestView {
  return comparison?.sides[comparison.marked].request ?? request;
}

/** An answer runs, here or on one of two sides. */
export function isAnswering({ comparison, request }: Shown): boolean {
  return (
    (comparison?.sides.some((side) => side.request.kind === 'running') ?? false) || request.kind === 'running'
  );
}
