import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startTcpUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

/** Sends one or more requests to a server that handles each connection this way. */
async function ask(onConnection: (socket: Socket) => void, times = 1) {
  const daemon = await testDaemon();
  const upstream = await startTcpUpstream(onConnection);
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  const answers: { body: string; hop: unknown; errorClass: ErrorClass; errorMessage: string }[] = [];
  for (let id = 1n; id <= BigInt(times); id += 1n) {
    client.send(httpStream(id, { method: 'GET', url: upstream.url }));
    const { end, body } = await streamOf(client, id);
    const { hop, errorClass, errorMessage } = end;
    answers.push({ body: body.toString(), hop, errorClass, errorMessage });
  }
  return answers;
}

const says =
  (text: string | Buffer) =>
  (socket: Socket): void =>
    void socket.once('data', () => socket.write(text));
const atOnce = (text: string) => (socket: Socket) => void socket.write(text);

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';

test.each([
  ['SSH, which sends first', atOnce('SSH-2.0-OpenSSH_9.9\r\n'), 'HTTP: it is an SSH server'],
  [
    'a mail server, which sends first',
    atOnce('220 mail.example ESMTP\r\n'),
    'HTTP: it is a mail or FTP server',
  ],
  ['Redis', says("-ERR unknown command 'GET'\r\n"), 'HTTP: it is probably a Redis server'],
  ['TLS', says(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])), 'HTTP: that port expects TLS'],
  [
    'HTTP/2 alone',
    says(Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 128])),
    'HTTP/1.1: that port expects HTTP/2 without TLS',
  ],
  ['any text', says('hello\n'), 'HTTP (HTTPParserError): check host and port of base_url'],
])('the error for a server without HTTP names the server’s kind: %s', async (_name, server, words) => {
  const [answer] = await ask(server);
  expect(answer).toMatchObject({ hop: 'provider', errorClass: ErrorClass.Permanent, body: '' });
  expect(answer?.errorMessage).toContain(`did not answer in ${words}`);
});

test.each([
  [
    'a header without a name',
    'bad header: x\r\n\r\n',
    'a header whose name has a character that is not allowed',
  ],
  ['a control character', 'x: a\x01b\r\n\r\n', 'a header whose value has a control character'],
  ['an invalid length', 'content-length: two\r\n\r\n', 'a Content-Length that is not a number'],
  ['two lengths', 'content-length: 2\r\ncontent-length: 2\r\n\r\nok', 'Content-Length twice'],
  ['invalid chunks', 'transfer-encoding: chunked\r\n\r\nzz\r\n', 'a chunked body whose chunks are damaged'],
])('the error says exactly what is wrong with a response: %s', async (_name, rest, words) => {
  const [answer] = await ask(says(HEAD + rest));
  expect(answer).toMatchObject({ hop: 'provider', errorClass: ErrorClass.Permanent });
  expect(answer?.errorMessage).toMatch(new RegExp(`^http://127.0.0.1:\\d+ sent ${words}.*RFC 9112`));
});

test('the error names an unrequested switch of protocols', async () => {
  const [answer] = await ask(
    says('HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
  );
  expect(answer).toMatchObject({ hop: 'provider', errorClass: ErrorClass.Permanent });
  expect(answer?.errorMessage).toContain('switched to another protocol (status 101)');
});

test.each([
  ['the length first', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['the length last', 'transfer-encoding: chunked\r\ncontent-length: 2000\r\n\r\n'],
  ['kept alive', 'connection: keep-alive\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
])(
  'a response with Content-Length and chunks is read by the chunks, and the connection is closed: %s',
  async (_name, rest) => {
    let connections = 0;
    const answers = await ask((socket) => {
      connections += 1;
      socket.on('data', () => socket.write(`${HEAD}${rest}${CHUNKS}`));
    }, 2);
    for (const answer of answers)
      expect(answer).toMatchObject({ body: 'hello', errorClass: ErrorClass.Success });
    expect(connections).toBe(2);
  },
);

test('with both headers, a connection that ends before the last chunk is an answer that was cut off', async () => {
  const head = `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`;
  const [answer] = await ask((socket) => socket.once('data', () => socket.end(`${head}5\r\nhello\r\n`)));
  expect(answer).toMatchObject({ body: 'hello', errorClass: ErrorClass.Transient });
  expect(answer?.errorMessage).toContain('in the middle of its answer');
});

test('a connection is reused if its responses have only a length', async () => {
  let connections = 0;
  await ask((socket) => {
    connections += 1;
    socket.on('data', () => socket.write(`${HEAD}content-length: 5\r\n\r\nhello`));
  }, 3);
  expect(connections).toBe(1);
});

test('lines that end with only LF, and spaces after a chunk’s size, are accepted', async () => {
  const text = 'HTTP/1.1 200 OK\ntransfer-encoding: chunked\nx: y\n\n5  \r\nhello\r\n0\r\n\r\n';
  const [answer] = await ask(says(text));
  expect(answer).toMatchObject({ body: 'hello', errorClass: ErrorClass.Success });
});

test.each([
  ['before the head', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['more than once', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
])('an unrequested 100 Continue is skipped: %s', async (_name, interim) => {
  let connections = 0;
  const answers = await ask((socket) => {
    connections += 1;
    socket.on('data', () => socket.write(`${interim}${HEAD}content-length: 5\r\n\r\nhello`));
  }, 2);
  for (const answer of answers)
    expect(answer).toMatchObject({ body: 'hello', errorClass: ErrorClass.Success });
  expect(connections).toBe(1);
});

test('the error for a status below 100 says that the status is invalid', async () => {
  const [answer] = await ask(says('HTTP/1.1 000 Nothing\r\ncontent-length: 0\r\n\r\n'));
  expect(answer).toMatchObject({ hop: 'provider', errorClass: ErrorClass.Permanent });
  expect(answer?.errorMessage).toMatch(
    /answered with the status 0, which HTTP does not have: fix the server/,
  );
});
