import { type TerminalEvent, tokenEvents } from './key-events.js';
import type { Waiting } from './token.js';
import { createTokenizer } from './tokenizer.js';

/** Parses the terminal's bytes into keys, pastes, mouse reports and replies. The caller has the timer. */
export interface KeyParser {
  feed(bytes: Uint8Array): TerminalEvent[];
  /** The kind of incomplete input. Call `timeout` when no byte follows within its `WAIT_MS`. */
  readonly waiting: Waiting | undefined;
  timeout(): TerminalEvent[];
}

/**
 * How long to wait for the next byte, in ms. A lone ESC is the Escape key, so that wait is short. The other waits
 * delay no key.
 */
export const WAIT_MS: Readonly<Record<Waiting, number>> = {
  escape: 50,
  introducer: 1000,
  sequence: 5000,
  paste: 2000,
  interrupt: 100,
  'late-paste': 3000,
};

export function createKeyParser(): KeyParser {
  const tokenizer = createTokenizer();
  return {
    feed: (bytes) => tokenizer.feed(bytes).flatMap(tokenEvents),
    get waiting() {
      return tokenizer.waiting;
    },
    timeout: () => tokenizer.timeout().flatMap(tokenEvents),
  };
}
