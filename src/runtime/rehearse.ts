import { isIPv6 } from 'node:net';
import { MessageType } from '../protocol/constants.js';
import { decodeMessage } from '../protocol/decode.js';
import { encodeClientMessage } from '../protocol/encode-client.js';
import { createFrameReader } from '../protocol/frame.js';
import { createBufferedBytes } from './clients/buffered-bytes.js';
import { startExchange } from './clients/exchange.js';
import { silentLogger } from './log.js';
import { egressFrom, withPolicies } from './policy/policies.js';
import { type RehearsalServer, startRehearsalServer } from './rehearsal-server.js';
import { createStatistics } from './status/statistics.js';
import { parseHttpRequest } from './upstream/http-request.js';
import { createHttpTransport } from './upstream/http-transport.js';
import { createTimeline, nowUs } from './upstream/timings.js';
import type { Transport } from './upstream/transport.js';
import type { PoolOptions } from './upstream/upstream-pools.js';

// Node compiles code when it first runs. Without a rehearsal, a daemon's first request would take some 20 ms longer, and
// its timings would show them as the provider's or the network's.

const EVENT = 'data: a\n\n';
const RESPONSE = [
  'HTTP/1.1 200 OK',
  'content-type: text/event-stream',
  'transfer-encoding: chunked',
  'connection: close',
  '',
  EVENT.length.toString(16),
  EVENT,
  '0',
  '',
  '',
].join('\r\n');

/** The longest time for a rehearsal, in ms. */
const LIMIT_MS = 1000;

/**
 * Sends a request to a server in this process, over connections of its own. Call it before the daemon listens.
 * @returns whether it succeeded; nothing depends on it
 */
export async function rehearseNetwork(signal: AbortSignal): Promise<boolean> {
  return rehearseWith((limit) => startRehearsalServer([RESPONSE], limit), 'http:', {}, signal);
}

/**
 * Does the same over TLS and HTTP/2. Call it when the daemon is idle, because it takes more time.
 * @returns whether it succeeded; nothing depends on it
 */
export async function rehearseTls(signal: AbortSignal): Promise<boolean> {
  const { ANONYMOUS, startTlsRehearsalServer } = await import('./rehearsal-server-tls.js');
  const anonymous = { verify: false, ciphers: ANONYMOUS };
  return rehearseWith(() => startTlsRehearsalServer([EVENT]), 'https:', anonymous, signal);
}

async function rehearseWith(
  start: (limit: AbortSignal) => Promise<RehearsalServer>,
  protocol: 'http:' | 'https:',
  pool: PoolOptions,
  signal: AbortSignal,
): Promise<boolean> {
  let server: RehearsalServer | undefined;
  const transport = createHttpTransport(pool);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    server = await start(limit);
    const { port } = server;
    const sent = { method: 'POST', url: `${protocol}//127.0.0.1:${port}/`, body: '{}' };
    const call = {
      request: parseHttpRequest(Buffer.from(JSON.stringify(sent))),
      tenantId: '',
      workspaceId: '',
      traceId: '',
      timeline: createTimeline(nowUs()),
      policy: {},
      client: { untouched: true, onRetry() {} },
      signal: limit,
    };
    await transport.send(call, { onHead() {}, onData() {} });
    return true;
  } catch {
    return false;
  } finally {
    server?.close();
    await transport.close();
  }
}

/**
 * Runs an exchange without a network, from the client's frame to the last frame of the response. Call it when the daemon
 * listens: its 2 ms then pass while the first client connects.
 * @returns a promise of whether it succeeded; nothing depends on it
 */
export function rehearseExchange(): Promise<boolean> {
  // Makes Node compile its pattern for IP addresses now, and not when it first resolves a name.
  isIPv6('a');
  const { send } = withPolicies(ANSWER_AT_ONCE, egressFrom({}));
  return new Promise((resolve) => {
    let complete = false;
    const reader = createFrameReader((type, payload) => {
      const message = decodeMessage(type, payload);
      if (message.type !== MessageType.ExecuteRequest) return;
      startExchange({
        message,
        readAtUs: nowUs(),
        transport: send,
        outlet: { send() {}, defer: (work) => work(), congested: false },
        buffered: createBufferedBytes(() => false),
        log: silentLogger,
        begin: (...request) => {
          const count = createStatistics().begin(...request);
          return (result) => {
            complete = result.outcome === 'complete';
            count(result);
          };
        },
        onEnd: () => resolve(complete),
      });
    });
    reader.feed(requestFrame());
  });
}

const ANSWER_AT_ONCE: Transport = async (_call, sink) => {
  sink.onHead({ statusCode: 200, headers: [] }, { pause() {}, resume() {}, abort() {} });
  sink.onData(Buffer.from(EVENT));
};

/** Returns the frame of a request like those of the SDK. */
function requestFrame(): Buffer {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', url: 'http://127.0.0.1/', headers, body: '{}' };
  return encodeClientMessage({
    type: MessageType.ExecuteRequest,
    requestId: 1n,
    tenantId: 'default',
    workspaceId: '',
    traceId: '',
    connectorName: 'http',
    operation: 'stream',
    deadlineAtMs: 0n,
    payload: Buffer.from(JSON.stringify(request)),
    headers: [],
    policy: { headersTimeoutMs: LIMIT_MS, idleTimeoutMs: LIMIT_MS },
  });
}
