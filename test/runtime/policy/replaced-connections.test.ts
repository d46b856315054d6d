import { afterEach, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { testDaemon } from '../../support/daemon.js';
import { httpStream, of, streamOf } from '../../support/raw-client.js';
import { startTcpUpstream } from '../../support/upstream.js';

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Answers the first request of each connection, and resets the connection at the second. */
async function setUp() {
  let connections = 0;
  const upstream = await startTcpUpstream((socket) => {
    connections += 1;
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else socket.resetAndDestroy();
    });
  });
  const daemon = await testDaemon();
  closing.push(daemon.close, upstream.close);
  return { client: await daemon.client(), url: upstream.url, connections: () => connections };
}

test('a reused connection that is dead is replaced at once, and is no attempt', async () => {
  const { client, url, connections } = await setUp();
  for (const id of [1n, 2n]) {
    client.send(httpStream(id, { method: 'POST', url: `${url}/v1/chat/completions`, body: '{}' }));
    expect((await streamOf(client, id)).body.toString()).toBe('ok');
  }
  const end = await client.next(of(MessageType.StreamEnd, 2n));
  expect(end.timings).toMatchObject({ attempts: 1, replaced: 1, reused: false });
  expect(client.received.some(of(MessageType.StreamRetry))).toBe(false);
  expect(connections()).toBe(2);
});

test('a request that may not be made twice is not sent again', async () => {
  const { client, url, connections } = await setUp();
  for (const id of [1n, 2n]) {
    client.send(httpStream(id, { method: 'POST', url, body: '{}' }));
    await streamOf(client, id);
  }
  const end = await client.next(of(MessageType.StreamEnd, 2n));
  expect(end.errorClass).toBe(ErrorClass.Transient);
  expect(connections()).toBe(1);
});
