import { describe, expect, test } from 'vitest';
import { decodeHttpAnswer, encodeHttpRequest, headerRecord } from '../../src/sdk/daemon/http-payload.js';
import { ErrorClass, type HTTPResponse, HTTPResponseHelper } from '../../src/sdk/index.js';
import { messagesIn, recordedBytes } from '../support/protocol/recordings.js';

const response = (statusCode: number, body = ''): HTTPResponse => ({
  requestId: 5,
  statusCode,
  headers: { 'content-type': 'text/plain', 'x-mixed': 'yes' },
  body: Buffer.from(body),
  durationUs: 1,
  errorClass: ErrorClass.Success,
});

describe('HTTPResponseHelper', () => {
  test.each([
    [200, 'is2xx'],
    [299, 'is2xx'],
    [301, 'is3xx'],
    [404, 'is4xx'],
    [599, 'is5xx'],
  ] as const)('%i: only %s is true', (statusCode, name) => {
    const given = response(statusCode);
    const answers = (['is2xx', 'is3xx', 'is4xx', 'is5xx'] as const).filter((is) =>
      HTTPResponseHelper[is](given),
    );
    expect(answers).toEqual([name]);
  });

  test('the body as text and as JSON', () => {
    expect(HTTPResponseHelper.getBodyAsString(response(200, 'Grüße 👋'))).toBe('Grüße 👋');
    expect(HTTPResponseHelper.getBodyAsJSON<{ a: number }>(response(200, '{"a":1}')).a).toBe(1);
    expect(HTTPResponseHelper.getBodyAsJSON(response(200, 'null'))).toBeNull();
    expect(() => HTTPResponseHelper.getBodyAsJSON(response(502, '<html>'))).toThrow(
      'The answer (status 502, 6 bytes) is not JSON',
    );
  });

  test('a header by its name in any case', () => {
    expect(HTTPResponseHelper.getHeader(response(200), 'Content-Type')).toBe('text/plain');
    expect(HTTPResponseHelper.getHeader(response(200), 'X-MIXED')).toBe('yes');
    expect(HTTPResponseHelper.getHeader(response(200), 'none')).toBeUndefined();
  });
});

describe('the JSON inside the frames', () => {
  test('a request is encoded like by the public SDK', () => {
    const [recorded] = messagesIn(recordedBytes('post-json.request.bin'));
    if (recorded === undefined || !('payload' in recorded)) throw new Error('no request');
    const payload = Buffer.from(recorded.payload);
    const { method, url, headers, body } = JSON.parse(payload.toString());
    expect(encodeHttpRequest({ method, url, headers, body }).equals(payload)).toBe(true);
    expect(encodeHttpRequest({ method, url, headers, body: Buffer.from(body) }).equals(payload)).toBe(true);
    expect(encodeHttpRequest({ method: 'GET', url: 'http://a/' }).toString()).toBe(
      '{"method":"GET","url":"http://a/"}',
    );
  });

  test('any array of bytes is a body', () => {
    const bytes = new Uint8Array([0, 104, 105, 0]).subarray(1, 3);
    const payload = JSON.parse(
      encodeHttpRequest({ method: 'POST', url: 'http://a/', body: bytes }).toString(),
    );
    expect(payload).toMatchObject({ body: 'hi' });
    const other = new Uint8Array([0xff, 0xfe]);
    const binary = JSON.parse(
      encodeHttpRequest({ method: 'POST', url: 'http://a/', body: other }).toString(),
    );
    expect(binary).toMatchObject({ body: '//4=', body_encoding: 'base64' });
  });

  test('bytes that are not text are marked as base64', () => {
    const body = Buffer.from([0xff, 0xfe, 0]);
    const payload = JSON.parse(encodeHttpRequest({ method: 'POST', url: 'http://a/', body }).toString());
    expect(payload.body_encoding).toBe('base64');
    expect(Buffer.from(payload.body, 'base64').equals(body)).toBe(true);
  });

  test('an answer is decoded from text or bytes', () => {
    const answer = (value: unknown): ReturnType<typeof decodeHttpAnswer> =>
      decodeHttpAnswer(Buffer.from(JSON.stringify(value)));
    expect(answer({ status_code: 200, headers: { 'X-A': '1' }, body: 'hé' })).toEqual({
      statusCode: 200,
      headers: { 'x-a': '1' },
      body: Buffer.from('hé'),
    });
    expect(answer({ status_code: 200, body: '/wD+', body_encoding: 'base64' })?.body).toEqual(
      Buffer.from([0xff, 0, 0xfe]),
    );
    expect(answer({ body: 'no status' })).toBeUndefined();
    expect(answer([])).toBeUndefined();
    expect(decodeHttpAnswer(Buffer.from('{oops'))).toBeUndefined();
  });

  test('headers with the same name are joined, and any name works', () => {
    const headers = headerRecord([
      ['Vary', 'a'],
      ['vary', 'b'],
      ['__proto__', 'x'],
    ]);
    expect(headers.vary).toBe('a, b');
    expect(Object.keys(headers)).toEqual(['vary', '__proto__']);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });
});
