import { ErrorClass } from '../../common/errors.js';
import { DEFAULT_WINDOW_BYTES, MessageType } from '../../protocol/constants.js';
import { encodeDaemonMessage } from '../../protocol/encode-daemon.js';
import type { Timeline } from '../upstream/timings.js';
import type { Flow } from '../upstream/transport.js';
import type { Answer, Outlet } from './answer.js';

/** The largest chunk in one frame; a larger read is split. */
const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Creates the answer for operation `stream`: StreamStart, then each read of the body at once as a StreamChunk, then
 * StreamEnd. The HTTP chunks of one read are joined, because they arrived together.
 *
 * Backpressure: the daemon sends each read whole, so the window may go below zero by one read (64 KiB). While the
 * window is used up or the client's socket is full, the daemon does not read from the provider.
 */
export function createStreamedAnswer(requestId: bigint, timeline: Timeline, outlet: Outlet): Answer {
  let flow: Flow | undefined;
  let statusCode: number | undefined;
  let window = DEFAULT_WINDOW_BYTES;
  let paused = false;
  let sequence = 0;
  let bytes = 0;
  // Reuse one array for all reads. V8 would move a new array for each read, and its bytes, to the old generation, where
  // they stay in memory for long.
  let piece: Uint8Array | undefined;
  const further: Uint8Array[] = [];
  let readUs = 0;

  const sendPieces = (): void => {
    if (piece === undefined) return;
    const body = further.length === 0 ? piece : Buffer.concat([piece, ...further]);
    piece = undefined;
    further.length = 0;
    for (let at = 0; at < body.length; at += MAX_CHUNK_BYTES) {
      const payload = body.subarray(at, at + MAX_CHUNK_BYTES);
      const type = MessageType.StreamChunk;
      outlet.send(encodeDaemonMessage({ type, requestId, sequence, offsetUs: readUs, payload }));
      sequence += 1;
    }
  };

  const updateFlow = (): void => {
    const stop = window <= 0 || outlet.congested;
    if (flow === undefined || stop === paused) return;
    // Set this before the call: `resume` may deliver more data and re-enter this function before it returns.
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
      outlet.send(encodeDaemonMessage({ type: MessageType.StreamRetry, requestId, ...notice }));
    },
    onHead(head, given) {
      flow = given;
      statusCode = head.statusCode;
      outlet.send(
        encodeDaemonMessage({ type: MessageType.StreamStart, requestId, ...head, timings: timeline.timings }),
      );
      updateFlow();
    },
    onData(chunk) {
      if (piece === undefined) {
        readUs = timeline.readUs();
        piece = chunk;
        outlet.defer(sendPieces);
      } else further.push(chunk);
      bytes += chunk.length;
      window -= chunk.length;
      updateFlow();
    },
    end(ending) {
      sendPieces();
      const failure = ending.outcome === 'failed' ? ending.failure : undefined;
      outlet.send(
        encodeDaemonMessage({
          type: MessageType.StreamEnd,
          requestId,
          errorClass: failure?.errorClass ?? ErrorClass.Success,
          errorMessage: failure?.message ?? '',
          durationUs: timeline.elapsedUs(),
          cancelled: ending.outcome === 'cancelled',
          bytes,
          timings: timeline.timings,
          ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
          ...(failure !== undefined && { hop: failure.hop }),
          ...(failure?.code !== undefined && { code: failure.code }),
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
