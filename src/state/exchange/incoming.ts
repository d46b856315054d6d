import type { ExchangeEvent, LiveMetrics } from '../../connector/types.js';
import { createOutputRecorder, type OutputOverTime } from '../../metrics/output-over-time.js';
import { createProviderReport } from '../../metrics/provider-report.js';
import type { RateLimit } from '../../protocol/rate-limits.js';
import { createSanitizer, type Sanitizer, sanitizeLine } from '../text/sanitize.js';
import type { CallPiece } from '../tools/tool-calls.js';
import { recordOutput } from './record-output.js';

export type Retry = Extract<ExchangeEvent, { type: 'retry' }>;

/** The sanitized content that arrived since the last frame. */
export interface Portion {
  /** Whether `text` and `reasoning` are the whole answer so far, and replace what is shown. */
  split: boolean;
  text: string;
  reasoning: string;
  calls: readonly CallPiece[];
  /** Whether it contains the answer's first output. */
  first: boolean;
  /** The latest notice of a retry, if one came. */
  retry?: Retry | undefined;
  /** The rate limits in the response's headers, once they came. */
  rates?: readonly RateLimit[] | undefined;
}

/** Collects a running exchange's events between two frames. */
export interface Incoming {
  /** @returns whether the event has the answer's first output */
  take(event: ExchangeEvent): boolean;
  /** Returns and removes the collected content. `final` includes incomplete characters that waited for their rest. */
  drain(final?: boolean): Portion;
  /** Undefined before the exchange's start event. */
  readonly live: LiveMetrics | undefined;
  /** When the output arrived; undefined before the first. */
  outputOverTime(): OutputOverTime | undefined;
}

export function createIncoming(): Incoming {
  let textSanitizer = createSanitizer();
  let reasoningSanitizer = createSanitizer();
  let split = false;
  let live: LiveMetrics | undefined;
  let text = '';
  let reasoning = '';
  let calls: CallPiece[] = [];
  const callSanitizers = new Map<number, Sanitizer>();
  let retry: Retry | undefined;
  let rates: readonly RateLimit[] | undefined;
  let begun = false;
  let given = false;
  const outputOverTime = createOutputRecorder();

  return {
    get live() {
      return live;
    },
    outputOverTime: outputOverTime.snapshot,
    take(event) {
      const before = begun;
      recordOutput(outputOverTime, event);
      switch (event.type) {
        case 'start':
          live = event.live;
          break;
        case 'text':
        case 'refusal':
          text += textSanitizer.feed(event.text);
          break;
        case 'headers':
          rates = createProviderReport(event.headers, Date.now()).summary().rateLimits;
          break;
        case 'retry':
          retry = event;
          break;
        case 'reasoning':
          reasoning += reasoningSanitizer.feed(event.text);
          break;
        case 'split':
          textSanitizer = createSanitizer();
          reasoningSanitizer = createSanitizer();
          split = true;
          calls = [];
          callSanitizers.clear();
          text = textSanitizer.feed(event.text);
          reasoning = reasoningSanitizer.feed(event.reasoning);
          break;
        case 'tool_call': {
          const { index, id, name } = event;
          const sanitizer = callSanitizers.get(index) ?? createSanitizer();
          callSanitizers.set(index, sanitizer);
          calls.push({
            index,
            ...(id !== undefined && { id }),
            ...(name !== undefined && { name: sanitizeLine(name) }),
            arguments: sanitizer.feed(event.arguments),
          });
          break;
        }
      }
      begun ||= text !== '' || reasoning !== '' || calls.length > 0;
      return begun && !before;
    },
    drain(final = false) {
      if (final) {
        text += textSanitizer.flush();
        reasoning += reasoningSanitizer.flush();
        for (const [index, sanitizer] of callSanitizers) {
          const rest = sanitizer.flush();
          if (rest !== '') calls.push({ index, arguments: rest });
        }
      }
      const something = split || text !== '' || reasoning !== '' || calls.length > 0;
      const portion = { split, text, reasoning, calls, first: something && !given, retry, rates };
      split = false;
      calls = [];
      retry = undefined;
      rates = undefined;
      given ||= something;
      text = '';
      reasoning = '';
      return portion;
    },
  };
}

/** Whether a portion changes what the user reads. */
export function isSeen({ text, reasoning, calls }: Portion): boolean {
  return text !== '' || reasoning !== '' || calls.length > 0;
}
