import diagnostics from 'node:diagnostics_channel';
import { headerValue } from '../../protocol/header-value.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { watchH2Endings } from './h2-endings.js';
import type { HttpRequest } from './http-request.js';
import { hostOf, type Proxies, portOf, proxyAuthorization } from './proxy.js';
import { type Attempt, createResponseHandler } from './response-handler.js';
import type { Transport } from './transport.js';
import { createUpstreamPools, type PoolOptions, type PoolStatus } from './upstream-pools.js';

export interface HttpTransport {
  readonly send: Transport;
  pools(): PoolStatus[];
  /** Closes all connections. Requests that still run fail. */
  close(): Promise<void>;
}

/** Sends requests over pooled HTTP/1.1 and HTTP/2 connections. It follows no redirects and decompresses nothing. */
export function createHttpTransport(options: PoolOptions = {}): HttpTransport {
  const pools = createUpstreamPools(options);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };

  // The attempt whose connection undici publishes next: right after `onRequestStart`, in the same call.
  let starting: Attempt | undefined;
  const endings = watchH2Endings();
  const onSendHeaders = (message: unknown): void => {
    const attempt = starting;
    starting = undefined;
    const socket = socketOf(message);
    const times = socket && pools.timesOf(socket);
    if (attempt === undefined || times === undefined) return;
    attempt.socket = socket;
    attempt.timeline.takeConnection(times);
    if (times.protocol === 'h2') endings.expect(attempt);
  };
  diagnostics.subscribe('undici:client:sendHeaders', onSendHeaders);

  const send: Transport = (call, sink) =>
    new Promise((resolve, reject) => {
      const onStart = (attempt: Attempt): void => {
        starting = attempt;
      };
      const handler = createResponseHandler({ call, sink, resolve, reject, onStart, limits });
      const { request, timeline, signal } = call;
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', handler.abort, { once: true });
      timeline.beginAttempt();
      const { method, body = null } = request;
      const ceiling = call.policy.ceilings ?? true;
      pools.dispatch(
        { tenantId: call.tenantId, ceiling, certificate: call.certificate },
        {
          ...routeOf(request, options.proxies),
          method,
          body,
          // A client's own limits replace these, so 0 turns them off here.
          ...(call.policy.headersTimeoutMs !== undefined && { headersTimeout: 0 }),
          ...(call.policy.idleTimeoutMs !== undefined && { bodyTimeout: 0 }),
        },
        handler,
      );
    });

  return {
    send,
    pools: pools.status,
    async close() {
      diagnostics.unsubscribe('undici:client:sendHeaders', onSendHeaders);
      endings.close();
      await pools.close();
    },
  };
}

/** Returns where a request is sent: to its origin, or to the proxy for HTTP without TLS, which needs the whole URL. */
function routeOf(
  { url, headers }: HttpRequest,
  proxies: Proxies | undefined,
): { origin: string; path: string; headers: string[] } {
  const path = url.pathname + url.search;
  const target = { host: hostOf(url), port: portOf(url) };
  const proxy = url.protocol === 'http:' ? proxies?.of('http:', target) : undefined;
  if (proxy === undefined) return { origin: url.origin, path, headers: headers.flat() };
  const authorization = proxyAuthorization(proxy);
  const named = headerValue(headers, 'host') !== undefined;
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

function socketOf(message: unknown): object | undefined {
  const known = typeof message === 'object' && message !== null && 'socket' in message;
  return known && typeof message.socket === 'object' && message.socket !== null ? message.socket : undefined;
}
