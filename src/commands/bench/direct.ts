import { ConnectorException, withDetails } from '../../common/errors.js';
import type { LoadStreamer } from '../../connector/load-types.js';
import { createTimeLimits } from '../../runtime/clients/time-limits.js';
import { daemonOptions } from '../../runtime/options/daemon-options.js';
import { withEgress } from '../../runtime/policy/egress.js';
import { egressFrom } from '../../runtime/policy/policies.js';
import { withRedirects } from '../../runtime/policy/redirects.js';
import { type HttpRequest, parseRequestHead } from '../../runtime/upstream/http-request.js';
import { createHttpTransport } from '../../runtime/upstream/http-transport.js';
import { createPlainConnections } from '../../runtime/upstream/plain/plain-connections.js';
import { createTimeline, nowUs } from '../../runtime/upstream/timings.js';
import { traced } from '../../runtime/upstream/trace.js';
import type { Flow, ResponseSink, Transport } from '../../runtime/upstream/transport.js';
import type { PoolOptions } from '../../runtime/upstream/upstream-pools.js';
import { abortable } from '../../sdk/abortable.js';
import { sentCounts } from '../../sdk/daemon/failures.js';
import { headerRecord } from '../../sdk/daemon/http-payload.js';
import { createSerialConsumer } from '../../sdk/daemon/serial-consumer.js';
import type { HTTPRequestConfig, StreamEvent, StreamOptions, StreamResult } from '../../sdk/index.js';
import { type PlainStreams, startPlainStream } from './plain-stream.js';

/** Sends requests from this process over the daemon's transport. */
export interface DirectStreamer extends LoadStreamer {
  /** Closes all connections; running requests fail. */
  close(): Promise<void>;
}

/** More connections than a process can open, so that the pool never limits them. */
const NO_CEILING = 1_000_000;
/** Reading pauses while more than this many bytes wait for the consumer. */
const MAX_AHEAD_BYTES = 256 * 1024;
/** In ms, close to the operating system's own limit. */
const CONNECT_TIMEOUT_MS = 120_000;
const TENANT = 'bench';

/**
 * Opens the daemon's transport within this process, with the same connections, proxies, redirects and egress rules. It
 * has no retries, circuit, tenant limits or pool limits.
 * @param tls replaces the environment's settings of TLS
 * @throws {Error} that names an invalid proxy variable
 */
export async function openDirect(
  env: Readonly<Record<string, string | undefined>>,
  tls: Pick<PoolOptions, 'verify' | 'ciphers' | 'http2'> = {},
): Promise<DirectStreamer> {
  const listen = { kind: 'unix', path: '' } as const;
  const { limits, pool, policies } = await daemonOptions({ listen, policy: {}, limits: {} }, env);
  const egress = egressFrom(policies ?? {});
  const options = {
    // The time limit of the headers (--timeout) includes connecting.
    limits: { ...limits, upstreamIdleMs: 0, connectTimeoutMs: CONNECT_TIMEOUT_MS },
    ...pool,
    ...tls,
    connections: NO_CEILING,
    refusalOf: egress.refusalOf,
  };
  const plain = createPlainConnections(options);
  const transport = createHttpTransport(options);
  const send = withRedirects(withEgress(transport.send, egress));
  const read = requestReader();
  let requests = 0;
  /** Origins that answered with a redirect. Their requests use undici, because bare connections follow no redirects. */
  const redirectingOrigins = new Set<string>();
  const viaUndici = (config: HTTPRequestConfig, streamOptions: StreamOptions): Promise<StreamResult> => {
    requests += 1;
    return stream(send, requests, config, read(config).request, streamOptions);
  };
  const streams: PlainStreams = {
    connections: plain,
    async followRedirect(config, listener, signal) {
      redirectingOrigins.add(read(config).origin);
      const onEvent = (event: StreamEvent): void | Promise<void> => listener.onEvent(event);
      const { timings, ...result } = await viaUndici(config, { onEvent, signal });
      // The redirected request counts as an attempt too.
      return { ...result, timings: { ...timings, attempts: timings.attempts + 1 } };
    },
  };
  /** The latest address that bare connections may be used for. */
  let allowed: URL | undefined;
  const serves = (url: URL): boolean => {
    if (url === allowed) return true;
    if (!plain.serves(url)) return false;
    egress.checkUrl(url);
    allowed = url;
    return true;
  };
  return {
    connect: async () => {},
    streamHTTP: async (config, streamOptions = {}) => viaUndici(config, streamOptions),
    start(config, listener) {
      const { request, origin } = read(config);
      if (config.answerMs !== undefined || redirectingOrigins.has(origin) || !serves(request.url))
        return undefined;
      requests += 1;
      return startPlainStream(streams, { id: requests, request, origin, config }, listener);
    },
    async close() {
      plain.close();
      await transport.close();
    },
  };
}

interface ReadRequest {
  request: HttpRequest;
  origin: string;
}

/** Creates a parser of requests. A test's requests only differ in their bodies, so all other parts are parsed once. */
function requestReader(): (config: HTTPRequestConfig) => ReadRequest {
  let last: { config: HTTPRequestConfig; head: Omit<HttpRequest, 'body'>; origin: string } | undefined;
  return (config) => {
    const { method, url, headers, body, traceId = '' } = config;
    const before = last?.config;
    if (last === undefined || before?.url !== url || before.headers !== headers || before.method !== method) {
      const head = parseRequestHead({ method, url, headers });
      last = { config, head, origin: head.url.origin };
    }
    const { head, origin } = last;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const request = { method: head.method, url: head.url, headers: head.headers, body: bytes };
    return { request: traced(request, traceId), origin };
  };
}

/**
 * Sends one request. Like the daemon's client, it resolves with outcome `cancelled` when the caller's signal aborts.
 */
async function stream(
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
