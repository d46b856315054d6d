import { ConnectorException, ErrorClass } from '../../common/errors.js';
import {
  DEFAULT_WINDOW_BYTES,
  MessageType,
  OWN_HEADER_PREFIX,
  PROTOCOL_CONSTANTS,
} from '../../protocol/constants.js';
import { ProtocolError } from '../../protocol/frame.js';
import type {
  ExecuteResponse,
  StreamChunk,
  StreamRetry,
  StreamStart,
  Timings,
} from '../../protocol/messages.js';
import type { StreamEvent, StreamOptions, StreamResult } from '../types.js';
import type { Connection, Exchange } from './connection.js';
import { answerOf, type Settle } from './exchange.js';
import { lostError, replyError } from './failures.js';
import { headerRecord } from './http-payload.js';
import { createSerialConsumer } from './serial-consumer.js';

export interface StreamExchange extends Exchange {
  /** Abandons the stream and returns its result so far. No event follows. */
  cancel(): StreamResult;
}

/** Grants are joined up to this many bytes, so that many chunks need only one message. */
const GRANT_BYTES = DEFAULT_WINDOW_BYTES / 2;
/** The most bytes that a daemon may send ahead of the consumer: the window, plus at most one frame. */
const MAX_AHEAD_BYTES = DEFAULT_WINDOW_BYTES + PROTOCOL_CONSTANTS.MAX_PAYLOAD_SIZE;

/**
 * Creates the exchange for `streamHTTP`. It passes on events one at a time: if `onEvent` returns a promise, the next
 * event waits until the promise is fulfilled. A daemon without streams answers with one reply, which is passed on as
 * a start and one chunk.
 */
export function createStreamExchange(
  requestId: number,
  { onEvent, signal }: StreamOptions,
  settle: Settle<StreamResult>,
  onAnswering: () => void,
): StreamExchange {
  const sentMs = performance.now();
  let ended = false;
  let connection: Connection | undefined;

  let started = false;
  let buffered = false;
  let timings: Timings = { reused: false, attempts: 0 };
  let chunks = 0;
  let bytes = 0;
  let consumed = 0;
  let granted = 0;

  const onConsumed = (event: StreamEvent): void => {
    if (event.type !== 'chunk' || buffered) return;
    consumed += event.data.length;
    const creditDelta = consumed - granted;
    if (creditDelta < GRANT_BYTES || ended) return;
    granted = consumed;
    connection?.write({
      type: MessageType.CreditUpdate,
      requestId: BigInt(requestId),
      creditDelta,
      totalCredits: DEFAULT_WINDOW_BYTES,
    });
  };
  const consumer = createSerialConsumer<StreamEvent>({
    consume: (event) => onEvent?.(event),
    onConsumed,
    onFailed: settle.reject,
    signal,
  });
  /** Handles the last reply after the consumer has received all events before it. */
  const endWith = (conclude: () => void): void => {
    ended = true;
    consumer.endWith(conclude);
  };
  const result = (outcome: StreamResult['outcome'], durationUs: number): StreamResult => ({
    outcome,
    requestId,
    bytes,
    durationUs,
    timings,
    buffered,
  });

  const onRetry = ({ attempt, maxAttempts, delayMs, reason, statusCode }: StreamRetry): void => {
    if (started) throw new ProtocolError('a retry of a stream that has started', true);
    consumer.give({
      type: 'retry',
      attempt,
      maxAttempts,
      delayMs,
      reason,
      ...(statusCode !== undefined && { statusCode }),
      atMs: performance.now(),
    });
  };

  const onStart = (start: StreamStart): void => {
    if (started) throw new ProtocolError('a stream that starts twice', true);
    started = true;
    onAnswering();
    timings = start.timings;
    const { statusCode } = start;
    consumer.give({
      type: 'start',
      statusCode,
      headers: headerRecord(start.headers),
      timings,
      buffered,
      atMs: performance.now(),
    });
  };

  const onChunk = ({ sequence, offsetUs, payload }: StreamChunk): void => {
    const atMs = performance.now();
    if (!started || sequence !== chunks) throw new ProtocolError('a stream chunk out of order', true);
    chunks += 1;
    bytes += payload.length;
    if (bytes - consumed > MAX_AHEAD_BYTES) throw new ProtocolError('a stream sent past its window', true);
    consumer.give({ type: 'chunk', data: payload, sequence, offsetUs, atMs });
  };

  const onWhole = (reply: ExecuteResponse): void => {
    const answer = answerOf(reply, requestId);
    if (answer instanceof ConnectorException) {
      endWith(() => settle.reject(answer));
      return;
    }
    const atMs = performance.now();
    const { statusCode, body } = answer;
    // A daemon of the public protocol does not remove these headers when a provider sends them.
    const headers = Object.fromEntries(
      Object.entries(answer.headers).filter(([name]) => !name.startsWith(OWN_HEADER_PREFIX)),
    );
    buffered = true;
    timings = reply.timings ?? { reused: false, attempts: 1 };
    bytes = body.length;
    consumer.give({ type: 'start', statusCode, headers, timings, buffered, atMs });
    if (bytes > 0) consumer.give({ type: 'chunk', data: body, sequence: 0, atMs });
    endWith(() => settle.resolve(result('complete', reply.durationUs)));
  };

  return {
    get ended() {
      return ended;
    },
    onSend(to) {
      connection = to;
    },
    onReply(reply) {
      if (ended) return;
      switch (reply.type) {
        case MessageType.ExecuteResponse:
          onWhole(reply);
          return;
        case MessageType.StreamRetry:
          onRetry(reply);
          return;
        case MessageType.StreamStart:
          onStart(reply);
          return;
        case MessageType.StreamChunk:
          onChunk(reply);
          return;
        case MessageType.StreamEnd: {
          timings = reply.timings;
          const fine = reply.errorClass === ErrorClass.Success && !reply.cancelled;
          endWith(() => {
            if (fine) settle.resolve(result('complete', reply.durationUs));
            else settle.reject(replyError(reply, requestId));
          });
        }
      }
    },
    onLost(error) {
      if (!ended) endWith(() => settle.reject(lostError(error, requestId)));
    },
    cancel() {
      consumer.stop();
      return result('cancelled', Math.round((performance.now() - sentMs) * 1000));
    },
  };
}
