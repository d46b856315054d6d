import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createResponseReader } from '../../../../src/runtime/upstream/plain/response-reader.js';

/** The parts of one response. `reusable` is undefined while the response is incomplete. */
interface Read {
  statusCode: number;
  headers: (readonly [string, string])[];
  body: string;
  reusable: boolean | undefined;
}

/** Reads responses to requests with these methods, in pieces of these sizes. The last piece is the rest. */
function read(text: string, methods: readonly string[], sizes: readonly number[] = [], ends = false): Read[] {
  const responses: Read[] = [];
  const waiting = [...methods];
  const reader = createResponseReader(1000, {
    onHead: (statusCode, headers) => {
      responses.push({ statusCode, headers: [...headers], body: '', reusable: undefined });
    },
    onBody: (bytes) => {
      const last = responses.at(-1);
      if (last !== undefined) last.body += Buffer.from(bytes).toString('latin1');
    },
    onEnd: (keptMs) => {
      const last = responses.at(-1);
      if (last !== undefined) last.reusable = keptMs > 0;
      const next = waiting.shift();
      if (next !== undefined) reader.expect(next);
    },
  });
  const first = waiting.shift();
  if (first !== undefined) reader.expect(first);
  const bytes = Buffer.from(text, 'latin1');
  // All reads use one buffer, so the reader must keep none of its bytes.
  const buffer = Buffer.alloc(bytes.length);
  const feed = (from: number, to: number): void => {
    const length = bytes.copy(buffer, 0, from, to);
    reader.feed(buffer.subarray(0, length));
    buffer.fill('x');
  };
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    feed(at, at + size);
    at += size;
  }
  if (at < bytes.length) feed(at, bytes.length);
  if (ends) reader.end();
  return responses;
}

const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;name=x\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n';
const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two: a\r\nX-Two: b\r\n\r\nhello';

test.each([
  ['chunks, with an extension and a trailer', CHUNKED, 'hello world', true],
  ['a length', SIZED, 'hello', true],
  ['a length of 0', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', '', true],
  ['no body by its status', 'HTTP/1.1 204 No Content\r\n\r\n', '', true],
  ['an interim response before it', `HTTP/1.1 100 Continue\r\n\r\n${SIZED}`, 'hello', true],
  ['a status without a reason', SIZED.replace(' OK', ''), 'hello', true],
  ['a connection that closes', SIZED.replace('X-Two: a', 'Connection: close'), 'hello', false],
  ['HTTP/1.0', SIZED.replace('1.1', '1.0'), 'hello', false],
  [
    'HTTP/1.0 that stays',
    SIZED.replace('1.1', '1.0').replace('X-Two: a', 'Connection: Keep-Alive'),
    'hello',
    true,
  ],
  [
    'a server that closes within a second',
    SIZED.replace('X-Two: a', 'Keep-Alive: timeout=1, max=100'),
    'hello',
    false,
  ],
  ['a server that waits', SIZED.replace('X-Two: a', 'Keep-Alive: timeout=5'), 'hello', true],
  [
    'both a length and chunks',
    CHUNKED.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n'),
    'hello world',
    false,
  ],
])('%s: the body ends at the right place for every split of the bytes', (_name, text, body, reusable) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (sizes) => {
      expect(read(text, ['POST'], sizes)).toMatchObject([{ body, reusable }]);
    }),
  );
});

test('without a length the body ends with the connection', () => {
  const text = 'HTTP/1.1 200 OK\r\n\r\nhello';
  expect(read(text, ['POST'])).toMatchObject([{ body: 'hello', reusable: undefined }]);
  expect(read(text, ['POST'], [], true)).toMatchObject([{ body: 'hello', reusable: false }]);
});

test('headers keep their names, their order and their repetitions', () => {
  const [response] = read(SIZED, ['POST']);
  expect(response?.headers).toEqual([
    ['Content-Length', '5'],
    ['X-Two', 'a'],
    ['X-Two', 'b'],
  ]);
});

test('the response to a HEAD has no body despite its length, and the next response is read', () => {
  const head = SIZED.slice(0, -'hello'.length);
  expect(read(head + CHUNKED, ['HEAD', 'GET'], [head.length])).toMatchObject([
    { body: '', reusable: true },
    { body: 'hello world', reusable: true },
  ]);
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /Expected HTTP/],
  ['another protocol without a line', 'hello there', /Expected HTTP/],
  ['a status that is not a number', 'HTTP/1.1 2xx OK\r\n\r\n', /status code/],
  ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n', /header token/],
  ['a control character in a header', 'HTTP/1.1 200 OK\r\na: b\u0001\r\n\r\n', /header value char/],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /Content-Length/],
  ['a length that is not a number', 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n', /Content-Length/],
  ['another coding last', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n', /Transfer-Encoding/],
  ['a chunk without a size', `${CHUNKED.slice(0, 45)}\r\n\r\nhello`, /chunk/],
  ['a chunk that is longer than it says', CHUNKED.replace('hello\r\n', 'helloo\r\n'), /chunk/],
  ['headers beyond the limit', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(2000)}\r\n\r\n`, /too long/],
  ['more than the length', `${SIZED}!`, /after the response/],
])('%s is refused', (_name, text, reason) => {
  expect(() => read(text, ['POST'])).toThrow(reason);
});

test('each of many chunks may have an extension', () => {
  const chunk = `1;signature=${'x'.repeat(40)}\r\na\r\n`;
  const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(1000)}0\r\n\r\n`;
  expect(read(text, ['POST'])).toMatchObject([{ body: 'a'.repeat(1000), reusable: true }]);
});
