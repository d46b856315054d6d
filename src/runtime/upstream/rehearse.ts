import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { parseHttpRequest } from './http-request.js';
import { createHttpTransport } from './http-transport.js';
import { createTimeline, nowUs } from './timings.js';

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
 * Sends a request to a server in this process, over connections of its own, so that Node compiles the code before the
 * first real request. Otherwise the first real request would take some 15 ms longer, and the provider or the network
 * would seem slow.
 * @returns whether it succeeded; nothing depends on it
 */
export async function rehearse(signal: AbortSignal): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => void socket.end(RESPONSE));
  });
  const transport = createHttpTransport();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal: limit });
    const { port } = server.address() as AddressInfo;
    const sent = { method: 'POST', url: `http://127.0.0.1:${port}/`, body: '{}' };
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
    server.close();
    await transport.close();
  }
}
