import type { ExchangeEvent, LiveMetrics } from '../../connector/types.js';
import { createSanitizer } from '../text/sanitize.js';

export type Retry = Extract<ExchangeEvent, { type: 'retry' }>;

/** What came since the last frame, made harmless. */
export interface Portion {
  text: string;
  reasoning: string;
  /** The first text or reasoning of the answer is in it. */
  first: boolean;
  /** The latest notice that the request is tried again, when one came. */
  retry?: Retry | undefined;
}

/** Collects a running exchange's events between two frames. */
export interface Incoming {
  /** @returns whether it brought the first text or reasoning of the answer */
  take(event: ExchangeEvent): boolean;
  /** What came; `final` also gives what was held back for a continuation. */
  drain(final?: boolean): Portion;
  /** Known from the exchange's start event on. */
  readonly live: LiveMetrics | undefined;
}

export function createIncoming(): Incoming {
  const textSanitizer = createSanitizer();
  const reasoningSanitizer = createSanitizer();
  let live: LiveMetrics | undefined;
  let text = '';
  let reasoning = '';
  let retry: Retry | undefined;
  let begun = false;
  let given = false;

  return {
    get live() {
      return live;
    },
    take(event) {
      const before = begun;
      switch (event.type) {
        case 'start':
          live = event.live;
          break;
        case 'text':
        case 'refusal':
          text += textSanitizer.feed(event.text);
          break;
        case 'retry':
          retry = event;
          break;
        case 'reasoning':
          reasoning += reasoningSanitizer.feed(event.text);
          break;
      }
      begun ||= text !== '' || reasoning !== '';
      return begun && !before;
    },
    drain(final = false) {
      if (final) {
        text += textSanitizer.flush();
        reasoning += reasoningSanitizer.flush();
      }
      const something = text !== '' || reasoning !== '';
      const portion = { text, reasoning, first: something && !given, retry };
      retry = undefined;
      given ||= something;
      text = '';
      reasoning = '';
      return portion;
    },
  };
}
