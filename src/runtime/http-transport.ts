import diagnostics from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { HeaderList, OriginStatus } from '../protocol/messages.js';
import { type ConnectorOptions, createConnector } from './connector.js';
import type { HttpRequest } from './http-request.js';
import { DEFAULT_LIMITS } from './limits.js';
import { hostOf, type Proxies, portOf, proxyAuthorization } from './proxy.js';
import type { Timeline } from './timings.js';
import type { ResponseHead, ResponseSink, Transport, UpstreamCall } from './transport.js';
import { upstreamFailure } from './upstream-failure.js';

export interface PoolOptions extends Omit<ConnectorOptions, 'timeoutMs'> {
  /** Connections to one origin at most; further requests wait for one [1024]. */
  connectionsPerOrigin?: number;
  /** How long an unused connection is kept, in ms, where the server names no limit [45000]. */
  keepAliveMs?: number;
  /** How long a connection may take to come about, in ms [10000]. */
  connectTimeoutMs?: number;
  /** How long a provider may send nothing, in ms; 0 = for ever [300000]. */
  idleMs?: number;
  /** Most bytes of response headers [65536]. */
  responseHeaderBytes?: number;
}

/** One origin's connections. */
export type PoolStatus = Pick<OriginStatus, 'origin' | 'poolOpen' | 'poolBusy' | 'poolQueued'>;

export interface HttpTransport {
  readonly send: Transport;
  pools(): PoolStatus[];
  /** Ends all connections; what still runs fails. */
  close(): Promise<void>;
}

/** The transport proper: pooled HTTP/1.1, nothing altered, nothing followed, nothing decompressed. */
export function createHttpTransport(options: PoolOptions = {}): HttpTransport {
  const connector = createConnector({ ...options, timeoutMs: options.connectTimeoutMs ?? 10_000 });
  const agent = new Agent({
    connect: connector.connect,
    connections: options.connectionsPerOrigin ?? 1024,
    keepAliveTimeout: options.keepAliveMs ?? 45_000,
    maxHeaderSize: options.responseHeaderBytes ?? DEFAULT_LIMITS.responseHeaderBytes,
    allowH2: false,
    // Between two reads, not for the whole: a stream may well last for hours.
    headersTimeout: options.idleMs ?? DEFAULT_LIMITS.upstreamIdleMs,
    bodyTimeout: options.idleMs ?? DEFAULT_LIMITS.upstreamIdleMs,
  });

  // undici announces a request's connection right after onRequestStart, in the same call.
  let starting: Timeline | undefined;
  const onSendHeaders = (message: unknown): void => {
    const timeline = starting;
    starting = undefined;
    const socket = socketOf(message);
    const times = socket && connector.timesOf(socket);
    if (times !== undefined) timeline?.takeConnection(times);
  };
  diagnostics.subscribe('undici:client:sendHeaders', onSendHeaders);

  const send: Transport = (call, sink) =>
    new Promise((resolve, reject) => {
      const handler = createHandler(call, sink, resolve, reject, (timeline) => {
        starting = timeline;
      });
      const { request, timeline, signal } = call;
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', handler.abort, { once: true });
      timeline.beginAttempt();
      const { method, body = null } = request;
      agent.dispatch({ ...routeOf(request, options.proxies), method, body }, handler);
    });

  return {
    send,
    pools: () =>
      Object.entries(agent.stats).map(([origin, stats]) => ({
        origin,
        poolOpen: Number(stats.connected),
        poolBusy: stats.running,
        poolQueued: stats.pending,
      })),
    async close() {
      diagnostics.unsubscribe('undici:client:sendHeaders', onSendHeaders);
      await agent.destroy();
    },
  };
}

/** Where a request is sent: to its origin, or to a proxy for HTTP without TLS, which takes whole URLs. */
function routeOf(
  { url, headers }: HttpRequest,
  proxies: Proxies | undefined,
): { origin: string; path: string; headers: string[] } {
  const path = url.pathname + url.search;
  const target = { host: hostOf(url), port: portOf(url) };
  const proxy = url.protocol === 'http:' ? proxies?.of('http:', target) : undefined;
  if (proxy === undefined) return { origin: url.origin, path, headers: headers.flat() };
  const authorization = proxyAuthorization(proxy);
  const named = headers.some(([name]) => name.toLowerCase() === 'host');
  return {
    origin: proxy.origin,
    path: url.origin + path,
    headers: [
      ...headers.flat(),
      ...(named ? [] : ['host', url.host]),
      ...(authorization === undefined ? [] : ['proxy-authorization', authorization]),
    ],
  };
}

/** Turns undici's callbacks into one outcome and the sink's calls before it. */
function createHandler(
  { request, timeline, signal }: UpstreamCall,
  sink: ResponseSink,
  resolve: () => void,
  reject: (reason: unknown) => void,
  onStart: (timeline: Timeline) => void,
): Dispatcher.DispatchHandler & { abort: () => void } {
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  let bytes = 0;
  const settle = (): void => {
    settled = true;
    signal.removeEventListener('abort', abort);
  };
  const abort = (): void => {
    settle();
    reject(signal.reason);
    controller?.abort(signal.reason);
  };

  return {
    abort,
    onRequestStart(started) {
      // Aborted while it waited for a connection: thrown here, the request is dropped and the connection kept.
      if (settled) throw signal.reason;
      controller = started;
      onStart(timeline);
    },
    onRequestSent() {
      timeline.mark('sentUs');
    },
    onResponseStart(flow, statusCode) {
      if (settled || statusCode < 200) return;
      timeline.mark('firstByteUs');
      sink.onHead(headOf(statusCode, flow.rawHeaders), flow);
    },
    onResponseData(_controller, chunk) {
      if (settled) return;
      bytes += chunk.length;
      sink.onData(chunk);
    },
    onResponseEnd() {
      if (settled) return;
      timeline.mark('lastByteUs');
      settle();
      resolve();
    },
    onResponseError(_controller, error) {
      if (settled) return;
      settle();
      reject(upstreamFailure(error, request.url.origin, timeline.timings, bytes));
    },
  };
}

function headOf(statusCode: number, raw: Dispatcher.DispatchController['rawHeaders']): ResponseHead {
  const headers: Array<HeaderList[number]> = [];
  if (Array.isArray(raw)) {
    for (let index = 0; index + 1 < raw.length; index += 2) {
      headers.push([textOf(raw[index]), textOf(raw[index + 1])]);
    }
  }
  return { statusCode, headers };
}

function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}

function socketOf(message: unknown): Socket | undefined {
  const known = typeof message === 'object' && message !== null && 'socket' in message;
  return known && message.socket instanceof Socket ? message.socket : undefined;
}
