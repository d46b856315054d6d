import type { Socket } from 'node:net';
import { ErrorClass } from '../../common/errors.js';
import { type LimitTimer, startLimit } from '../../common/time/limit-timer.js';
import { decodeMessage } from '../../protocol/decode.js';
import { createFrameReader, FrameTooLong, ProtocolError } from '../../protocol/frame.js';
import type { Limits } from '../limits.js';
import { logBug } from '../log.js';
import { nowUs } from '../upstream/timings.js';
import { createClientRequests, type RequestsOptions } from './client-requests.js';
import type { Exchange } from './exchange.js';
import { createOutbox } from './outbox.js';

/** One client's connection. */
export interface Session {
  /** Returns how many exchanges of this kind run. */
  count(kind: Exchange['kind']): number;
  /** Refuses further requests, and closes the connection after the last exchange. */
  drain(): void;
  /** Ends all exchanges with typed errors, and closes the connection. */
  stop(): void;
  /** Closes the connection without a last frame. */
  destroy(): void;
  /** Resolves when the connection is closed and all its upstream requests have ended. */
  readonly closed: Promise<void>;
}

export interface SessionOptions extends RequestsOptions {
  limits: Pick<Limits, 'frameBytes' | 'requestsPerConnection' | 'clientIdleMs'>;
  /** Sent to a client above the connection limit, before its connection is closed. */
  refusal?: string;
  /** Longest time for a client to send a whole frame, in ms. */
  frameTimeoutMs: number;
}

/** Above this number of exchanges, several are likely to send in the same event-loop turn. */
const FEW_EXCHANGES = 8;

/** How long the peer may keep its end open after this side has closed, in ms. */
const LINGER_MS = 1000;

/** Serves one connection: reads the client's frames, runs its exchanges, and writes the frames of their answers. */
export function startSession(socket: Socket, options: SessionOptions): Session {
  const { log, limits } = options;
  const outbox = createOutbox(socket, {
    crowded: () => requests.running > FEW_EXCHANGES,
    onRoom: () => onRoom(),
    onUnread(bytes) {
      log.warn('connection', { message: `closed: the client left ${bytes} bytes unread` });
      socket.destroy();
    },
  });
  const requests = createClientRequests(outbox, options, {
    onStart: () => idleTimer?.clear(),
    onEnd() {
      watchIdleness();
      closeWhenDrained();
    },
  });
  /** Frames that wait because the answers to earlier frames have filled the socket. */
  const unhandled: Array<{ type: number; payload: Uint8Array }> = [];
  let state: 'serving' | 'draining' | 'closing' = 'serving';
  let greeted = false;
  let readAtUs = 0;
  let frameTimer: LimitTimer | undefined;
  let idleTimer: LimitTimer | undefined;
  let lingerTimer: NodeJS.Timeout | undefined;

  const clearFrameTimer = (): void => {
    frameTimer?.clear();
    frameTimer = undefined;
  };

  const closeWhenDrained = (): void => {
    if (state === 'draining' && requests.running === 0) close();
  };

  /** Starts the timer that ends the connection when the client has no exchange and sends nothing. */
  const watchIdleness = (): void => {
    idleTimer?.clear();
    if (limits.clientIdleMs === 0 || requests.running > 0 || state === 'closing') return;
    const limit = limits.clientIdleMs;
    idleTimer = startLimit(limit, () =>
      abandon(`the client sent nothing for ${limit / 1000} s (--client-idle)`),
    );
  };

  const close = (): void => {
    if (state === 'closing') return;
    state = 'closing';
    clearFrameTimer();
    idleTimer?.clear();
    // Later bytes are read and dropped: a close with unread bytes would reset the connection and lose the last
    // responses.
    socket.resume();
    outbox.flush();
    socket.end();
    lingerTimer = setTimeout(() => socket.destroy(), LINGER_MS);
  };

  const handle = (type: number, payload: Uint8Array): void => {
    if (state === 'closing') return;
    try {
      requests.take(decodeMessage(type, payload), readAtUs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) logBug(log, error);
      requests.refuse(
        error instanceof ProtocolError ? error.message : 'a bug in the daemon made this frame fail',
      );
    }
  };

  const reader = createFrameReader((type, payload) => {
    clearFrameTimer();
    // While the client's socket is full, further requests wait: their answers would fill the memory.
    if (outbox.congested || unhandled.length > 0) unhandled.push({ type, payload });
    else handle(type, payload);
  }, limits.frameBytes);

  /** Runs when the socket has room again: handles the waiting frames and resumes the paused responses. */
  const onRoom = (): void => {
    let done = 0;
    for (const { type, payload } of unhandled) {
      if (outbox.congested) break;
      done += 1;
      handle(type, payload);
    }
    unhandled.splice(0, done);
    requests.updateFlow();
    if (outbox.congested) return;
    socket.resume();
    watchFrame();
  };

  /** Sends the reason and closes the connection. After a malformed frame, the start of the next one is unknown. */
  const abandon = (why: string): void => {
    log.warn('protocol', { message: why });
    requests.refuse(why);
    requests.stop('cancelled');
    close();
  };

  /** Starts the timer for an incomplete frame. */
  const watchFrame = (): void => {
    if (!reader.midFrame || frameTimer !== undefined || state === 'closing') return;
    const limit = options.frameTimeoutMs;
    frameTimer = startLimit(limit, () =>
      abandon(`the client did not complete a frame within ${limit / 1000} s (--frame-timeout)`),
    );
  };

  const onData = (bytes: Buffer): void => {
    if (state === 'closing') return;
    readAtUs = nowUs();
    watchIdleness();
    if (!greeted && startsLikeHttp(bytes)) {
      // A web page in the user's browser can send requests to a TCP port of this machine. Send it nothing.
      log.warn('protocol', { message: 'closed: the client sent an HTTP request' });
      socket.destroy();
      return;
    }
    greeted = true;
    try {
      reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const advice = error instanceof FrameTooLong ? 'send less at once, or raise --max-frame-bytes: ' : '';
      abandon(advice + error.message);
      return;
    }
    watchFrame();
    // The daemon pauses reading while the client's socket is full, so the frame timer must not run.
    if (outbox.congested) {
      clearFrameTimer();
      socket.pause();
    }
  };

  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      state = 'closing';
      clearFrameTimer();
      clearTimeout(lingerTimer);
      idleTimer?.clear();
      requests.stop('cancelled');
      resolve();
    });
  });
  // The `close` event follows and cleans up.
  socket.on('error', (error) => log.debug('connection', { message: error.message }));
  socket.on('data', onData);
  // Don't wait for `close`, which comes only after the last bytes are sent.
  socket.once('end', () => requests.stop('cancelled'));

  watchIdleness();
  if (options.refusal !== undefined) {
    requests.refuse(options.refusal, 0n, ErrorClass.RateLimited);
    close();
  }

  return {
    closed,
    count: requests.count,
    drain() {
      if (state !== 'serving') return;
      state = 'draining';
      requests.drain();
      closeWhenDrained();
    },
    stop() {
      if (state === 'serving') state = 'draining';
      requests.drain();
      requests.stop('stopped');
      if (requests.running === 0) close();
    },
    destroy: () => void socket.destroy(),
  };
}

/** Whether the first bytes of a connection are an HTTP request line. */
function startsLikeHttp(bytes: Buffer): boolean {
  return /^[A-Z]{3,7} /.test(bytes.toString('latin1', 0, 8));
}
