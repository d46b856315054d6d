import type { ConnectorException } from '../../common/errors.js';
import type { Timeline } from '../upstream/timings.js';
import type { ResponseSink, RetryWitness } from '../upstream/transport.js';

/** How an exchange ended. */
export type Ending =
  | { outcome: 'complete' }
  /** The client asked for it, or is gone. */
  | { outcome: 'cancelled' }
  | { outcome: 'failed'; failure: ConnectorException };

/** Turns a response into the frames that its client asked for. */
export interface Answer extends ResponseSink, RetryWitness {
  readonly kind: 'request' | 'stream';
  readonly statusCode: number | undefined;
  /** Body bytes taken so far. */
  readonly bytes: number;
  /** Sends the last frame. Called once, after everything else. */
  end(ending: Ending, timeline: Timeline): void;
  /** The client allows this many bytes more. */
  grant(bytes: number): void;
  /** The client's socket is full, or has room again. */
  updateFlow(): void;
}

/** The way to the client. */
export interface Outlet {
  send(frame: Buffer): void;
  /** Does `work` right before what was sent goes out, at the end of this turn of the event loop at the latest. */
  defer(work: () => void): void;
  /** The client's socket takes no more for now; what is sent is kept in memory. */
  readonly congested: boolean;
}
