import type { ConnectorException } from '../../common/errors.js';
import type { Timeline } from '../upstream/timings.js';
import type { ResponseSink, RetryListener } from '../upstream/transport.js';

/** How an exchange ended. */
export type Ending =
  | { outcome: 'complete' }
  /** The client cancelled the request or closed its connection. */
  | { outcome: 'cancelled' }
  | { outcome: 'failed'; failure: ConnectorException };

/** Sends a provider's response to the client, in the frames of operation `request` or `stream`. */
export interface Answer extends ResponseSink, RetryListener {
  readonly kind: 'request' | 'stream';
  readonly statusCode: number | undefined;
  /** Body bytes received so far. */
  readonly bytes: number;
  /** Sends the last frame. Call it once, after all other calls. */
  end(ending: Ending, timeline: Timeline): void;
  /** Call this when the client grants this many more bytes of window. */
  grant(bytes: number): void;
  /** Call this when the client's socket becomes full or has room again. */
  updateFlow(): void;
}

/** The connection to the client. */
export interface Outlet {
  send(frame: Buffer): void;
  /** Runs `work` right before the next flush, at the latest at the end of this event-loop turn. */
  defer(work: () => void): void;
  /** Whether the client's socket buffer is full, so that further frames stay in memory. */
  readonly congested: boolean;
}
