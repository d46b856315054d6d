import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/runtime/limits.js';
import { parseRequestHead } from '../../../src/runtime/upstream/http-request.js';
import { createHttpTransport } from '../../../src/runtime/upstream/http-transport.js';
import { createTimeline, nowUs } from '../../../src/runtime/upstream/timings.js';
import type { Flow } from '../../../src/runtime/upstream/transport.js';

const LENGTH = 100_000;

/** Starts a server that closes each connection after `sent` bytes of a body of LENGTH bytes. Returns its URL. */
async function closingServer(sent: number): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n${'x'.repeat(sent)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/`;
}

/** Sends a request whose reader pauses after the last byte that the server sends. */
async function readSlowly(url: string, last: number): Promise<number> {
  const transport = createHttpTransport({ limits: DEFAULT_LIMITS });
  onTestFinished(() => transport.close());
  let bytes = 0;
  let flow: Flow | undefined;
  const request = parseRequestHead({ method: 'GET', url, headers: {} });
  const sink = {
    onHead: (_head: unknown, given: Flow) => {
      flow = given;
    },
    onData(chunk: Uint8Array) {
      bytes += chunk.length;
      if (bytes < last) return;
      flow?.pause();
      void sleep(300).then(() => flow?.resume());
    },
  };
  await transport.send(
    {
      request: { ...request, body: undefined },
      tenantId: 't',
      workspaceId: '',
      traceId: '',
      timeline: createTimeline(nowUs()),
      policy: {},
      certificate: undefined,
      client: { untouched: false, onRetry() {} },
      signal: new AbortController().signal,
    },
    sink,
  );
  return bytes;
}

test('a whole response whose reader pauses until the server closes the connection is complete', async () => {
  expect(await readSlowly(await closingServer(LENGTH), LENGTH)).toBe(LENGTH);
});

test('a response with a byte less than its length fails', async () => {
  await expect(readSlowly(await closingServer(LENGTH - 1), LENGTH - 1)).rejects.toThrow(
    /closed the connection/,
  );
});
