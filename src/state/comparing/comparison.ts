import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { RequestView, RetryNotice } from '../exchange/request-view.js';
import type { AssistantMessage } from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import type { Scroll } from '../view/scroll.js';

/** One answer of a comparison, with its endpoint and figures. */
export interface Side {
  readonly endpoint: EndpointInfo;
  /** The answer of the first round; later rounds add only figures. */
  readonly answer: AssistantMessage;
  /** The request of the latest round. */
  readonly request: RequestView;
  /** The figures of each round whose answer was complete. */
  readonly runs: readonly ExchangeMetrics[];
  readonly retry?: RetryNotice | undefined;
  readonly scroll: Scroll;
}

/** One question sent to several endpoints or models, until the user chooses an answer. */
export interface Comparison {
  /** The question's id. The question is in the conversation; the answers are not. */
  readonly question: number;
  /** Whether the question came from the draft. It then goes back there when the user keeps no answer. */
  readonly fromDraft: boolean;
  /** Two or more. */
  readonly sides: readonly Side[];
  /** The index of the answer that enter chooses. */
  readonly marked: number;
  /** The number of rounds, and the round that runs now or ran last, from 1. */
  readonly rounds: { readonly of: number; readonly now: number };
}

/** The part of the state that shows which exchanges run. */
interface Shown {
  readonly comparison?: Comparison | undefined;
  readonly request: RequestView;
}

/** Returns the request whose figures the screen shows; during a comparison it is the marked side's. */
export function shownRequest({ comparison, request }: Shown): RequestView {
  return comparison?.sides[comparison.marked]?.request ?? request;
}

/** Whether an answer runs, in the conversation or on a side of the comparison. */
export function isAnswering({ comparison, request }: Shown): boolean {
  return (
    (comparison?.sides.some((side) => side.request.kind === 'running') ?? false) || request.kind === 'running'
  );
}
