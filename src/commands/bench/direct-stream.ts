import { ConnectorException, withDetails } from '../../common/errors.js';
import { createTimeLimits } from '../../runtime/clients/time-limits.js';
import type { HttpRequest } from '../../runtime/upstream/http-request.js';
import { createTimeline, nowUs } from '../../runtime/upstream/timings.js';
import type { Flow, ResponseSink, Transport } from '../../runtime/upstream/transport.js';
import { abortable } from '../../sdk/abortable.js';
import { sentCounts } from '../../sdk/daemon/failures.js';
import { headerRecord } from '../../sdk/daemon/http-payload.js';
import { createSerialConsumer } from '../../sdk/daemon/serial-consumer.js';
import type { HTTPRequestConfig, StreamEvent, StreamOptions, StreamResult } from '../../sdk/index.js';

/** Reading pauses while more than this many bytes wait for the consumer. */
const MAX_AHEAD_BYTES = 256 * 1024;
const TENANT = 'bench';

/**
 * Sends one request. Like the daemon's client, it resolves with outcome `cancelled` when the caller's signal aborts.
 */
export async function directStream(
  send: Transport,
  requestId: number,
  { timeoutMs = 0, answerMs, clientCertificate: certificate }: HTTPRequestConfig,
  request: HttpRequest,
  { onEvent, signal }: StreamOptions,
): Promise<StreamResult> {
  const timeline = createTimeline(nowUs());
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const limits = createTimeLimits(
    {
      operation: 'stream',
      deadlineAtMs: answerMs === undefined ? 0n : BigInt(Math.ceil(Date.now() + answerMs)),
      policy: { headersTimeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : 0 },
    },
    timeline,
    (reason) => stop.abort(reason),
  );
  const answer = createAnswer(onEvent, stop, timeline);
  const result = (outcome: StreamResult['outcome']): StreamResult => ({
    outcome,
    requestId,
    bytes: answer.bytes,
    durationUs: timeline.elapsedUs(),
    timings: timeline.timings,
    buffered: false,
  });
  const call = {
    request,
    tenantId: TENANT,
    workspaceId: '',
    traceId: '',
    timeline,
    policy: {},
    certificate,
    client: { untouched: false, onRetry() {} },
    signal: stop.signal,
  };
  try {
    const limit = limits.start(request.url.origin);
    await send({ ...call, ...limit }, limits.watch(answer.sink));
    await abortable(answer.consumed(), stop.signal);
    return result('complete');
  } catch (error) {
    // The consumer receives all events before the failure.
    if (!stop.signal.aborted) await abortable(answer.consumed(), stop.signal).catch(() => {});
    answer.stop();
    if (signal?.aborted === true && error === signal.reason) return result('cancelled');
    if (!(error instanceof ConnectorException)) throw error;
    throw withDetails(error, { sent: sentCounts(timeline.timings) });
  } finally {
    limits.stop();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Converts a response to the events of the daemon's client. The bytes of one read are one chunk. */
function createAnswer(
  onEvent: StreamOptions['onEvent'],
  stop: AbortController,
  timeline: ReturnType<typeof createTimeline>,
) {
  let flow: Flow | undefined;
  let paused = false;
  let bytes = 0;
  let sequence = 0;
  let ahead = 0;
  let pieces: Uint8Array[] = [];
  let read = { offsetUs: 0, atMs: 0 };
  const done = Promise.withResolvers<void>();
  // Avoids an unhandled rejection: the request itself rejects with the consumer's failure.
  done.promise.catch(() => {});

  const updateFlow = (): void => {
    const full = ahead > MAX_AHEAD_BYTES;
    if (full === paused) return;
    paused = full;
    if (full) flow?.pause();
    else flow?.resume();
  };
  const consumer = createSerialConsumer<StreamEvent>({
    consume: (event) => onEvent?.(event),
    onConsumed(event) {
      if (event.type !== 'chunk') return;
      ahead -= event.data.length;
      updateFlow();
    },
    onFailed(error) {
      done.reject(error);
      stop.abort(error);
    },
    signal: stop.signal,
  });
  const flush = (): void => {
    const [first] = pieces;
    if (first === undefined) return;
    const data = pieces.length === 1 ? first : Buffer.concat(pieces);
    pieces = [];
    consumer.give({ type: 'chunk', data, sequence, ...read });
    sequence += 1;
  };
  const sink: ResponseSink = {
    onHead({ statusCode, headers }, given) {
      flow = given;
      const { timings } = timeline;
      const record = headerRecord(headers);
      const atMs = performance.now();
      consumer.give({ type: 'start', statusCode, headers: record, timings, buffered: false, atMs });
    },
    onData(piece) {
      if (pieces.length === 0) {
        read = { offsetUs: timeline.readUs(), atMs: performance.now() };
        // All pieces of one read arrive in the same tick, so they become one chunk.
        process.nextTick(flush);
      }
      pieces.push(piece);
      bytes += piece.length;
      ahead += piece.length;
      updateFlow();
    },
  };
  return {
    sink,
    get bytes() {
      return bytes;
    },
    /** Resolves when the consumer has taken all events. */
    consumed(): Promise<void> {
      flush();
      consumer.endWith(done.resolve);
      return done.promise;
    },
    stop: consumer.stop,
  };
}
