import type { LoadStreamer } from '../../connector/load-types.js';
import { daemonOptions } from '../../runtime/options/daemon-options.js';
import { withEgress } from '../../runtime/policy/egress.js';
import { egressFrom } from '../../runtime/policy/policies.js';
import { withRedirects } from '../../runtime/policy/redirects.js';
import { type HttpRequest, parseRequestHead } from '../../runtime/upstream/http-request.js';
import { createHttpTransport } from '../../runtime/upstream/http-transport.js';
import { createPlainConnections } from '../../runtime/upstream/plain/plain-connections.js';
import { traced } from '../../runtime/upstream/trace.js';
import type { PoolOptions } from '../../runtime/upstream/upstream-pools.js';
import type { HTTPRequestConfig, StreamEvent, StreamOptions, StreamResult } from '../../sdk/index.js';
import { directStream } from './direct-stream.js';
import { type PlainStreams, startPlainStream } from './plain-stream.js';

/** Sends requests from this process over the daemon's transport. */
export interface DirectStreamer extends LoadStreamer {
  /** Closes all connections; running requests fail. */
  close(): Promise<void>;
}

/** More connections than a process can open, so that the pool never limits them. */
const NO_CEILING = 1_000_000;
/** In ms, close to the operating system's own limit. */
const CONNECT_TIMEOUT_MS = 120_000;

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
    return directStream(send, requests, config, read(config).request, streamOptions);
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
