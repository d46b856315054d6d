import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { hastyClock } from '../../support/clocks/hasty-clock.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, type RawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startTcpUpstream, startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

const HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

async function client(): Promise<RawClient> {
  const daemon = await testDaemon({ policies: { clock: hastyClock } });
  closing.push(daemon.close);
  return daemon.client();
}

const START = of(MessageType.StreamStart, 1n);
const CHUNK = of(MessageType.StreamChunk, 1n);

/** Writes the text, and resets the connection once the client has this message: a reset discards what was not read. */
function writeAndReset(
  socket: Socket,
  text: string,
  asking: RawClient,
  passedOn?: typeof START | typeof CHUNK,
): void {
  socket.once('data', async () => {
    if (text !== '') await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    if (passedOn !== undefined) await asking.next((message) => passedOn(message));
    socket.resetAndDestroy();
  });
}

test.each([
  ['before its head', '', undefined, 3, ''],
  ['in its head', 'HTTP/1.1 200 OK\r\ncontent-ty', undefined, 3, ''],
  ['after its head', HEAD, START, 1, ''],
  ['in the middle of a chunk', `${HEAD}a\r\nhello`, CHUNK, 1, 'hello'],
  ['between two chunks', `${HEAD}5\r\nhello\r\n`, CHUNK, 1, 'hello'],
])('a provider that resets the connection %s', async (_when, text, passedOn, attempts, forwarded) => {
  const asking = await client();
  let connections = 0;
  const upstream = await startTcpUpstream((socket) => {
    connections += 1;
    writeAndReset(socket, text, asking, passedOn);
  });
  closing.push(upstream.close);
  asking.send(httpStream(1n, { method: 'POST', url: `${upstream.url}/v1/chat/completions` }));
  const { body, end } = await streamOf(asking, 1n);
  expect(end).toMatchObject({ errorClass: ErrorClass.Transient, cancelled: false, timings: { attempts } });
  expect(end.errorMessage).toMatch(/closed the connection .*: try again in a moment$/);
  expect([body.toString(), connections]).toEqual([forwarded, attempts]);
});

test('after a reset behind the last chunk the answer is complete', async () => {
  const asking = await client();
  const upstream = await startTcpUpstream((socket) =>
    writeAndReset(socket, `${HEAD}5\r\nhello\r\n0\r\n\r\n`, asking, CHUNK),
  );
  closing.push(upstream.close);
  asking.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  const { body, end } = await streamOf(asking, 1n);
  expect([body.toString(), end.errorClass]).toEqual(['hello', ErrorClass.Success]);
});

test('an idle connection that the server has closed is replaced without an effect on the client', async () => {
  const sockets: Socket[] = [];
  const upstream = await startTcpUpstream((socket) => {
    sockets.push(socket);
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    // The first connection answers once, and resets at its second request.
    socket.once('data', () => {
      socket.write(answer);
      socket.once('data', () => (sockets.length === 1 ? socket.resetAndDestroy() : socket.write(answer)));
    });
  });
  closing.push(upstream.close);
  const asking = await client();
  for (const id of [1n, 2n]) {
    asking.send(httpStream(id, { method: 'POST', url: `${upstream.url}/v1/chat/completions` }));
    expect((await streamOf(asking, id)).body.toString()).toBe('ok');
  }
  expect(sockets).toHaveLength(2);
});

test('the daemon waits for slow headers, byte by byte, only until the deadline', async () => {
  const upstream = await startTcpUpstream((socket) =>
    socket.once('data', () => {
      const head = 'HTTP/1.1 200 OK\r\nx-slow: ';
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        socket.write(head[sent - 1] ?? 'x');
      }, 10);
      socket.once('close', () => clearInterval(timer));
    }),
  );
  closing.push(upstream.close);
  const end = await withLongEnough(
    async (limitMs) => {
      const asking = await client();
      const deadlineAtMs = BigInt(Date.now() + limitMs);
      asking.send(httpStream(1n, { method: 'GET', url: upstream.url }, { deadlineAtMs }));
      return (await streamOf(asking, 1n)).end;
    },
    ({ errorMessage }) => errorMessage.includes('while waiting for an answer'),
  );
  expect(end).toMatchObject({ errorClass: ErrorClass.Timeout, timings: { attempts: 1 } });
  expect(end.errorMessage).toContain('while waiting for an answer');
});

test('no further attempt is made if the client disconnects during the wait', async () => {
  const upstream = await startUpstream({ status: 503, headers: { 'retry-after': '30' } });
  closing.push(upstream.close);
  // Stopping would wait for exchanges that still run.
  const daemon = await testDaemon({ policies: {}, drainMs: 60_000 });
  closing.push(daemon.close);
  const asking = await daemon.client();
  asking.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  await asking.next(of(MessageType.StreamRetry, 1n));
  await asking.close();
  await daemon.stop();
  expect(upstream.requests).toHaveLength(1);
});
