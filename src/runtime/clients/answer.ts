import type { ConnectorException } from '../../common/errors.js';
import type { Timeline } from '../upstream/timings.js';
import type { ResponseSink, RetryWitness } from '../upstream/transport.js';

/** How an exchange ended. */
export type Ending =
  | { outcome: 'complete' }
  /** The client cancelled the request or closed its connection. */
  | { outcome: 'cancelled' }
  | { outcome: 'failed'; failure: ConnectorException };

/** Turns a response into frames for the operation that the client named. */
export interface Answer extends ResponseSink, RetryWitness {
  readonly kind: 'request' | 'stream';
  readonly statusCode: number | undefined;
  /** Body bytes received so far. */
  readonly bytes: number;
  /** Sends the last frame. Call it once, after all other calls. */
  end(ending: Ending, timeline: Timeline): void;
  /** The client grants this many more bytes. */
  grant(bytes: number): void;
  /** Call this when the client's socket becomes full or has room again. */
  updateFlow(): void;
}

/** The connection to the client. */
export interface Outlet {
  send(frame: Buffer): void;
  /** Runs `work` right before the next flush, at the latest at the end of this event-loop turn. */
  defer(work: () => void): void;
  /** The client's socket buffer is full; further frames stay in memory. */
  readonly congested: boolean;
}
