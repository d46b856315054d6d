import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MessageType } from '../../src/protocol/constants.js';
import { ErrorClass, RuntimeClient } from '../../src/sdk/index.js';
import { httpAnswer } from '../support/protocol/scripted-daemon.js';
import { scriptedEnds } from '../support/protocol/scripted-ends.js';

const GET = { method: 'GET', url: 'http://upstream.example/' };
const { ExecuteRequest } = MessageType;

const ends = scriptedEnds();

test.each(['a request', 'a stream'])(
  'a connection that was closed before %s is sent is replaced, and the daemon gets it once',
  async (what) => {
    await ends.client.health();
    const first = await ends.daemon.connection(0);
    first.socket.destroy();
    const answer = what === 'a stream' ? ends.client.streamHTTP(GET) : ends.client.executeHTTP(GET);
    const second = await ends.daemon.connection(1);
    const { requestId } = await second.next(ExecuteRequest);
    second.send(httpAnswer(requestId));
    await answer;
    expect(second.received.filter(({ type }) => type === ExecuteRequest)).toHaveLength(1);
  },
);

test('a program that closes each connection at once fails the request, and the error names the address', async () => {
  const closing = createServer((socket) => socket.destroy());
  const path = join(ends.daemon.path, '../closing.sock');
  await new Promise<void>((resolve) => closing.listen(path, resolve));
  const refused = new RuntimeClient({ socketPath: path, reconnect: false });
  await expect(refused.executeHTTP(GET)).rejects.toMatchObject({
    errorClass: ErrorClass.Transient,
    hop: 'daemon',
    message: `the daemon closed the connection; if ${path} belongs to another program, use another address`,
  });
  closing.close();
});

test('the error of a program that sends no daemon’s messages names the address', async () => {
  const other = createServer((socket) =>
    socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  const path = join(ends.daemon.path, '../other.sock');
  await new Promise<void>((resolve) => other.listen(path, resolve));
  const client = new RuntimeClient({ socketPath: path, reconnect: false });
  await expect(client.health()).rejects.toMatchObject({
    message: expect.stringContaining(`use another address: the program at ${path} is not a daemon`),
  });
  await client.close();
  other.close();
});

test.each<[string, object]>([
  ['an object as the body', { body: { a: 1 } }],
  ['an ArrayBuffer as the body', { body: new ArrayBuffer(2) }],
  ['Headers', { headers: new Headers({ authorization: 'Bearer x' }) }],
  ['a Map of headers', { headers: new Map([['authorization', 'Bearer x']]) }],
])('a value that JSON would garble or drop is refused: %s', async (_name, part) => {
  const client = new RuntimeClient({ socketPath: '/nonexistent.sock' });
  const request = Object.assign({ method: 'POST', url: 'http://a.example/' }, part);
  await expect(client.executeHTTP(request)).rejects.toMatchObject({
    errorClass: ErrorClass.InvalidRequest,
    message: expect.stringMatching(/use (JSON\.stringify|Object\.fromEntries)/),
  });
});
