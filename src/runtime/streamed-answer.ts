import { ErrorClass } from '../errors.js';
import { DEFAULT_WINDOW_BYTES, MessageType } from '../protocol/constants.js';
import { encodeMessage } from '../protocol/encode.js';
import type { Answer, Outlet } from './answer.js';
import type { Timeline } from './timings.js';
import type { Flow } from './transport.js';

/** Keeps frames small enough for any reader, should the provider's bytes ever come in one huge piece. */
const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Answers operation `stream`: StreamStart, each piece of the body as a StreamChunk the moment it is read,
 * StreamEnd.
 *
 * Back-pressure: a chunk is sent whole as it was read, so the window may go below zero by one read (64 KiB).
 * While it is not positive, or the client's socket is full, the provider is not read.
 */
export function createStreamedAnswer(requestId: bigint, timeline: Timeline, outlet: Outlet): Answer {
  let flow: Flow | undefined;
  let statusCode: number | undefined;
  let window = DEFAULT_WINDOW_BYTES;
  let paused = false;
  let sequence = 0;
  let bytes = 0;

  const updateFlow = (): void => {
    const stop = window <= 0 || outlet.congested;
    if (flow === undefined || stop === paused) return;
    // Before the call: `resume` may deliver more data, and so come back here, before it returns.
    paused = stop;
    if (stop) flow.pause();
    else flow.resume();
  };

  return {
    kind: 'stream',
    get statusCode() {
      return statusCode;
    },
    get bytes() {
      return bytes;
    },
    get untouched() {
      return flow === undefined;
    },
    onRetry(notice) {
      outlet.send(encodeMessage({ type: MessageType.StreamRetry, requestId, ...notice }));
    },
    onHead(head, given) {
      flow = given;
      statusCode = head.statusCode;
      outlet.send(
        encodeMessage({ type: MessageType.StreamStart, requestId, ...head, timings: timeline.timings }),
      );
      updateFlow();
    },
    onData(chunk) {
      const offsetUs = timeline.elapsedUs();
      for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) {
        const payload = chunk.subarray(at, at + MAX_CHUNK_BYTES);
        outlet.send(encodeMessage({ type: MessageType.StreamChunk, requestId, sequence, offsetUs, payload }));
        sequence += 1;
      }
      bytes += chunk.length;
      window -= chunk.length;
      updateFlow();
    },
    end(ending) {
      const failure = ending.outcome === 'failed' ? ending.failure : undefined;
      outlet.send(
        encodeMessage({
          type: MessageType.StreamEnd,
          requestId,
          errorClass: failure?.errorClass ?? ErrorClass.Success,
          errorMessage: failure?.message ?? '',
          durationUs: timeline.elapsedUs(),
          cancelled: ending.outcome === 'cancelled',
          bytes,
          timings: timeline.timings,
          ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
        }),
      );
    },
    grant(granted) {
      window += Math.max(0, granted);
      updateFlow();
    },
    updateFlow,
  };
}
