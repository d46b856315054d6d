import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../src/simulator/http/request-body.js';
import { postChat, readCompletion, readError, simulatorForTest } from '../chat-client.js';
import { MISTAKES } from './request-mistakes.js';

describe('a chat request with a mistake', () => {
  test.each(MISTAKES)('is refused: %j', async (body, { message, param, code }) => {
    const { url } = await simulatorForTest();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    const error = await readError(response);
    expect(error.message).toSatisfy((text: string) =>
      typeof message === 'string' ? text === message : message.test(text),
    );
    expect(error).toEqual({
      message: error.message,
      type: 'invalid_request_error',
      param: param ?? null,
      code: code ?? error.code,
    });
  });

  test.each(['', '{', '{"model": undefined}', 'NaN'])('that is not JSON is refused: %j', async (body) => {
    const { url } = await simulatorForTest();
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await readError(response)).toMatchObject({
      message: expect.stringMatching(/^We could not parse the JSON body of your request: /),
      type: 'invalid_request_error',
      param: null,
      code: null,
    });
  });

  test('that is not UTF-8 is refused', async () => {
    const { url } = await simulatorForTest();
    const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect((await readError(response)).message).toBe('The request body is not valid UTF-8.');
  });

  test('that is compressed is refused with what to send instead', async () => {
    const { url } = await simulatorForTest();
    const headers = { 'content-encoding': 'gzip' };
    const body = gzipSync('{"model":"sim-echo","messages":[]}');
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
    expect(response.status).toBe(415);
    expect((await readError(response)).message).toBe(
      'Send the request body without content-encoding: the simulator does not decode gzip.',
    );
  });

  test('with hostile member names does no harm', async () => {
    const { url } = await simulatorForTest();
    const body = `{"__proto__":{"stream":true},"constructor":1,"model":"sim-echo","messages":[{"role":"user","content":"hi","__proto__":{"content":"no"}}]}`;
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect((await readCompletion(response)).choices[0].message.content).toBe('hi');
  });
});

test.each([
  ['sim-falt-429', "Did you mean 'sim-fault-429'?"],
  ['sim-0tps', "The model 'sim-0tps' does not exist."],
  ['sim-100001tps', "The model 'sim-100001tps' does not exist."],
])('the mistyped model %s is an error', async (model, hint) => {
  const simulator = await simulatorForTest();
  const response = await postChat(simulator, { model });
  expect(response.status).toBe(404);
  const error = await readError(response);
  expect(error).toMatchObject({ type: 'invalid_request_error', param: 'model', code: 'model_not_found' });
  expect(error.message).toContain(hint);
});

test.each([
  ['GET', '/', 404, 'unknown_url'],
  ['POST', '/v1/images/generations', 404, 'unknown_url'],
  ['GET', '/v1/chat/completions', 405, 'method_not_supported'],
  ['DELETE', '/v1/models/gpt-4', 405, 'method_not_supported'],
  ['POST', '/health', 405, 'method_not_supported'],
])('%s %s gets status %i', async (method, path, status, code) => {
  const { url } = await simulatorForTest();
  const response = await fetch(url + path, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get('allow')).toBe(status === 405 ? (method === 'GET' ? 'POST' : 'GET') : null);
  const error = await readError(response);
  expect(error).toMatchObject({ type: 'invalid_request_error', code });
  expect(error.message).toContain(`${method} ${path}`);
});

test.each([
  ['nonsense\r\n\r\n', 400],
  ['GET /health HTTP/1.1\r\nno colon\r\n\r\n', 400],
  [`GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
])('bytes that are not an HTTP request get an error of the same form: %.30j', async (text, status) => {
  const simulator = await simulatorForTest();
  const socket = connect(simulator.port, '127.0.0.1');
  socket.write(text);
  const [head = '', body = ''] = (await socket.toArray()).join('').split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await readError(new Response(body))).toMatchObject({ type: 'invalid_request_error' });
  expect((await postChat(simulator, {})).status).toBe(200);
});

describe('a body above the limit', () => {
  test.each(['content-length', 'transfer-encoding'])('sent with %s gets a readable 413', async (framing) => {
    const simulator = await simulatorForTest();
    const response = await upload(simulator.url, 50 * 1024 * 1024, framing === 'content-length');
    expect(response.status).toBe(413);
    expect(JSON.parse(response.body).error).toMatchObject({
      message: `The request body is over the limit of ${MAX_BODY_BYTES} bytes.`,
      code: 'request_too_large',
    });
    expect((await postChat(simulator, {})).status).toBe(200);
  });
});

/** Sends `size` bytes as fast as possible, and reads the answer meanwhile. */
function upload(url: string, size: number, announced: boolean): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const outgoing = httpRequest(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: announced ? { 'content-length': size } : { 'transfer-encoding': 'chunked' },
    });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      const body = (await incoming.toArray()).join('');
      resolve({ status: incoming.statusCode ?? 0, body });
    });
    let left = size;
    const send = (): void => {
      while (left > 0) {
        left -= piece.length;
        if (!outgoing.write(piece)) {
          outgoing.once('drain', send);
          return;
        }
      }
      outgoing.end();
    };
    send();
  });
}
