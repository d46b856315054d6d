import type { Socket } from 'node:net';
import { ErrorClass } from '../../common/errors.js';
import { MessageType } from '../../protocol/constants.js';
import { decodeMessage } from '../../protocol/decode.js';
import { encodeMessage } from '../../protocol/encode.js';
import { createFrameReader, ProtocolError } from '../../protocol/frame.js';
import type { ExecuteRequest, HealthResponse, Message } from '../../protocol/messages.js';
import type { Limits } from '../limits.js';
import { type Logger, logFault } from '../log.js';
import { lockedResponse } from '../status/health.js';
import type { Statistics } from '../status/statistics.js';
import { nowUs } from '../upstream/timings.js';
import type { Transport } from '../upstream/transport.js';
import { type Exchange, type StopReason, startExchange } from './exchange.js';
import { createOutbox } from './outbox.js';
import { sameToken } from './token.js';

/** One client's connection. */
export interface Session {
  /** Exchanges that run, by kind. */
  count(kind: Exchange['kind']): number;
  /** Takes no more requests, and closes when the last exchange has ended. */
  drain(): void;
  /** Ends what runs, with typed errors, and closes. */
  stop(): void;
  /** Closes without a word. */
  destroy(): void;
  /** Resolves when the connection is closed. Nothing of it runs upstream any more. */
  readonly closed: Promise<void>;
}

export interface SessionOptions {
  transport: Transport;
  health: () => HealthResponse;
  log: Logger;
  begin: Statistics['begin'];
  limits: Pick<Limits, 'frameBytes' | 'requestsPerConnection' | 'clientIdleMs'>;
  /** Said to a client that is one too many; its connection is closed then. */
  refusal?: string;
  /** How long a frame may stay half sent, in ms. */
  frameTimeoutMs: number;
  /** What the client must show before anything else; absent: nothing. */
  token?: string;
}

const TOKEN_WANTED =
  'this daemon wants its token: set VASTAR_TOKEN_FILE (tokenFile) to the file that it was started with';

/** Of more than these, several are likely to have something to send in one turn of the event loop. */
const FEW_EXCHANGES = 8;

/** How long a peer that is told to go may keep its end open, in ms. */
const LINGER_MS = 1000;

/** Serves one connection: frames in, exchanges, frames out. */
export function startSession(socket: Socket, options: SessionOptions): Session {
  const { log, limits } = options;
  const exchanges = new Map<bigint, Exchange>();
  const outbox = createOutbox(socket, () => exchanges.size > FEW_EXCHANGES);
  let state: 'serving' | 'draining' | 'closing' = 'serving';
  let greeted = false;
  let admitted = options.token === undefined;
  let readAtUs = 0;
  let frameTimer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let lingerTimer: NodeJS.Timeout | undefined;

  const clearFrameTimer = (): void => {
    clearTimeout(frameTimer);
    frameTimer = undefined;
  };

  /** Starts the limit for a client of which nothing runs and from which nothing comes. */
  const watchIdleness = (): void => {
    clearTimeout(idleTimer);
    if (limits.clientIdleMs === 0 || exchanges.size > 0 || state === 'closing') return;
    const limit = limits.clientIdleMs;
    idleTimer = setTimeout(() => abandon(`nothing came for ${limit / 1000} s (--client-idle)`), limit);
  };

  const send = (message: Message): void => outbox.send(encodeMessage(message));

  /** What the public daemon says to a frame that it cannot take. */
  const refuse = (errorMessage: string, requestId = 0n, errorClass = ErrorClass.InvalidRequest): void => {
    const type = MessageType.ExecuteResponse;
    send({ type, requestId, errorClass, errorMessage, payload: new Uint8Array(0), durationUs: 0 });
  };

  const stopExchanges = (reason: StopReason): void => {
    for (const exchange of exchanges.values()) exchange.stop(reason);
  };

  const close = (): void => {
    if (state === 'closing') return;
    state = 'closing';
    clearFrameTimer();
    clearTimeout(idleTimer);
    // What still comes is read and dropped: closing over unread bytes would reset the last answers.
    socket.resume();
    outbox.flush();
    socket.end();
    lingerTimer = setTimeout(() => socket.destroy(), LINGER_MS);
  };

  const execute = (message: ExecuteRequest): void => {
    const { requestId } = message;
    if (!admitted) {
      refuse(TOKEN_WANTED, requestId, ErrorClass.Permanent);
      return;
    }
    if (state === 'draining') {
      refuse('the daemon is stopping, try again in a moment', requestId, ErrorClass.Transient);
      return;
    }
    if (exchanges.has(requestId)) {
      refuse(`request ${requestId} is still running`, requestId);
      return;
    }
    if (exchanges.size >= limits.requestsPerConnection && message.policy?.ceilings !== false) {
      const most = limits.requestsPerConnection;
      refuse(
        `${most} requests run on this connection, which is the limit (--max-requests)`,
        requestId,
        ErrorClass.RateLimited,
      );
      return;
    }
    const { transport, begin } = options;
    clearTimeout(idleTimer);
    const onEnd = (): void => {
      exchanges.delete(requestId);
      watchIdleness();
      if (state === 'draining' && exchanges.size === 0) close();
    };
    exchanges.set(
      requestId,
      startExchange({ message, readAtUs, transport, outlet: outbox, log, begin, onEnd }),
    );
  };

  const take = (message: Message): void => {
    switch (message.type) {
      case MessageType.ExecuteRequest:
        execute(message);
        break;
      case MessageType.HealthCheck:
        if (options.token !== undefined && message.token !== undefined) {
          admitted ||= sameToken(message.token, options.token);
        }
        send(admitted ? options.health() : lockedResponse(TOKEN_WANTED));
        break;
      // Both may come for an exchange that has just ended.
      case MessageType.CreditUpdate:
        exchanges.get(message.requestId)?.grant(message.creditDelta);
        break;
      case MessageType.Cancel:
        exchanges.get(message.requestId)?.stop('cancelled');
        break;
      default:
        refuse(`${MessageType[message.type]} is a daemon's message, not a client's`);
    }
  };

  const reader = createFrameReader((type, payload) => {
    clearFrameTimer();
    if (state === 'closing') return;
    try {
      take(decodeMessage(type, payload));
    } catch (error) {
      if (!(error instanceof ProtocolError)) logFault(log, error);
      refuse(error instanceof ProtocolError ? error.message : 'the daemon failed at this frame');
    }
  }, limits.frameBytes);

  /** The next frame's start is lost: says why, and ends the connection. */
  const abandon = (why: string): void => {
    log.warn('protocol', { message: why });
    refuse(why);
    stopExchanges('cancelled');
    close();
  };

  /** Starts the limit for a frame that is half sent. */
  const watchFrame = (): void => {
    if (!reader.midFrame || frameTimer !== undefined || state === 'closing') return;
    const limit = options.frameTimeoutMs;
    frameTimer = setTimeout(
      () => abandon(`a frame did not arrive whole within ${limit / 1000} s (--frame-timeout)`),
      limit,
    );
  };

  const onData = (bytes: Buffer): void => {
    if (state === 'closing') return;
    readAtUs = nowUs();
    watchIdleness();
    if (!greeted && startsLikeHttp(bytes)) {
      // A web page can reach a TCP port of this machine; it gets nothing to read.
      log.warn('protocol', { message: 'an HTTP request came to the daemon' });
      socket.destroy();
      return;
    }
    greeted = true;
    try {
      reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      abandon(error.message);
      return;
    }
    watchFrame();
    // A client that does not read its answers is not read either, and cannot be late then.
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
      clearTimeout(idleTimer);
      stopExchanges('cancelled');
      resolve();
    });
  });
  // `close` follows and does the work.
  socket.on('error', (error) => log.debug('connection', { message: error.message }));
  socket.on('data', onData);
  // Before `close`, which waits until the last bytes are written or refused.
  socket.once('end', () => stopExchanges('cancelled'));
  socket.on('drain', () => {
    socket.resume();
    watchFrame();
    for (const exchange of exchanges.values()) exchange.updateFlow();
  });

  watchIdleness();
  if (options.refusal !== undefined) {
    refuse(options.refusal, 0n, ErrorClass.RateLimited);
    close();
  }

  return {
    closed,
    count(kind) {
      let count = 0;
      for (const exchange of exchanges.values()) if (exchange.kind === kind) count += 1;
      return count;
    },
    drain() {
      if (state !== 'serving') return;
      state = 'draining';
      if (exchanges.size === 0) close();
    },
    stop() {
      if (state === 'serving') state = 'draining';
      stopExchanges('stopped');
      if (exchanges.size === 0) close();
    },
    destroy: () => void socket.destroy(),
  };
}

/** Whether a connection's first bytes are those of an HTTP request line. */
function startsLikeHttp(bytes: Buffer): boolean {
  return /^[A-Z]{3,7} /.test(bytes.toString('latin1', 0, 8));
}
