import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6 } from 'node:net';
import { MessageType } from '../protocol/constants.js';
import { decodeMessage } from '../protocol/decode.js';
import { encodeMessage } from '../protocol/encode.js';
import { createFrameReader } from '../protocol/frame.js';
import { createBufferedBytes } from './clients/buffered-bytes.js';
import { startExchange } from './clients/exchange.js';
import { silentLogger } from './log.js';
import { egressFrom, withPolicies } from './policy/policies.js';
import { createStatistics } from './status/statistics.js';
import { createHttpTransport } from './upstream/http-transport.js';
import { nowUs } from './upstream/timings.js';

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
 * Runs an exchange with a server in this process, from a client's frame to the last frame of the response, so that Node
 * compiles the code before the first real request. That request would otherwise take some 20 ms longer, as if the
 * provider or the network needed them.
 * @returns whether it succeeded; nothing depends on it
 */
export async function rehearse(signal: AbortSignal): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => void socket.end(RESPONSE));
  });
  const egress = egressFrom({});
  const transport = createHttpTransport({ refusalOf: egress.refusalOf });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal: limit });
    const { port } = server.address() as AddressInfo;
    const { send } = withPolicies(transport.send, egress);
    return await new Promise((resolve) => {
      let complete = false;
      const reader = createFrameReader((type, payload) => {
        const message = decodeMessage(type, payload);
        if (message.type !== MessageType.ExecuteRequest) return;
        const exchange = startExchange({
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
        limit.addEventListener('abort', () => exchange.stop('stopped'), { once: true });
      });
      reader.feed(requestFrame(port));
    });
  } catch {
    return false;
  } finally {
    server.close();
    await transport.close();
    // Node compiles its pattern for addresses at the first name that it resolves.
    isIPv6('a');
  }
}

/** Returns the frame of a request like those of the SDK. */
function requestFrame(port: number): Buffer {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', url: `http://127.0.0.1:${port}/`, headers, body: '{}' };
  return encodeMessage({
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
