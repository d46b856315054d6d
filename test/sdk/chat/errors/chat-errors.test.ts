import { describe, expect, test } from 'vitest';
import { type ConnectorException, ErrorClass } from '../../../../src/common/errors.js';
import { type AnswerHead, createChatStream } from '../../../../src/sdk/index.js';

const SOURCE = { source: 'api.example.com', requestId: 42 };

const errorOf = (head: AnswerHead, body: string): ConnectorException => {
  const stream = createChatStream(head, undefined, SOURCE);
  stream.feed(Buffer.from(body));
  const { outcome, error } = stream.end({ kind: 'closed' });
  expect(outcome).toBe('error');
  if (error === undefined) throw new Error('no error');
  return error;
};
const status = (
  statusCode: number,
  message = 'because',
  more: Partial<AnswerHead> = {},
): ConnectorException =>
  errorOf({ statusCode, contentType: 'application/json', ...more }, JSON.stringify({ error: { message } }));
const streamed = (error: unknown): ConnectorException =>
  errorOf({ statusCode: 200, contentType: 'text/event-stream' }, `data: ${JSON.stringify({ error })}\n\n`);

describe('the error for a status other than 2xx says what happened, where, and what to do', () => {
  test.each([
    [400, ErrorClass.InvalidRequest, 'The request must change before it is sent again.'],
    [401, ErrorClass.Permanent, 'Check the API key.'],
    [402, ErrorClass.Permanent, 'Check the plan and billing details behind the API key.'],
    [403, ErrorClass.Permanent, 'Check what the API key is allowed to use.'],
    [404, ErrorClass.InvalidRequest, 'Check the model name and base_url.'],
    [408, ErrorClass.Timeout, 'Try again in a moment.'],
    [413, ErrorClass.InvalidRequest, 'Make the conversation shorter.'],
    [422, ErrorClass.InvalidRequest, 'The request must change before it is sent again.'],
    [429, ErrorClass.RateLimited, 'Try again in a moment.'],
    [500, ErrorClass.Transient, 'Try again in a moment.'],
    [503, ErrorClass.Transient, 'Try again in a moment.'],
    [504, ErrorClass.Timeout, 'Try again in a moment.'],
    [307, ErrorClass.Permanent, 'Is base_url right?'],
  ])('%i', (statusCode, errorClass, advice) => {
    const error = status(statusCode);
    expect(error.message).toBe(`api.example.com answered ${statusCode}: because. ${advice}`);
    expect(error).toMatchObject({ errorClass, statusCode, hop: 'provider', requestId: 42 });
  });

  test('the error says that the daemon’s retry budget is used up', () => {
    const headers = { 'x-vastar-not-retried': 'the retry budget is used up' };
    expect(status(429, 'slow down', { headers }).message).toBe(
      'api.example.com answered 429: slow down. The daemon stopped retrying: its retry budget is used up (docs/protocol.md). Try again in a moment.',
    );
  });

  test('a redirect names its target', () => {
    expect(status(308, 'moved', { headers: { location: 'https://b.example/v1' } }).message).toContain(
      'It points to https://b.example/v1: set base_url accordingly.',
    );
  });

  test('an exhausted quota is not retryable', () => {
    const body = JSON.stringify({
      error: { message: 'You exceeded your quota', code: 'insufficient_quota' },
    });
    const error = errorOf({ statusCode: 429, contentType: 'application/json' }, body);
    expect(error.isRetryable()).toBe(false);
    expect(error.message).toContain('Check the plan and billing details');
  });

  test('a full stop is not doubled', () => {
    expect(status(401, 'Wrong key.').message).toBe(
      'api.example.com answered 401: Wrong key. Check the API key.',
    );
  });
});

describe('when to try again', () => {
  const limited = (headers: Record<string, string>): ConnectorException =>
    status(429, 'slow down', { headers });

  test('Retry-After in seconds', () => {
    const error = limited({ 'retry-after': '7' });
    expect(error.retryAfterMs).toBe(7000);
    expect(error.message).toBe('api.example.com answered 429: slow down. Try again in 7 s.');
  });

  test('retry-after-ms wins over Retry-After', () => {
    expect(limited({ 'retry-after-ms': '1500.5', 'retry-after': '7' }).retryAfterMs).toBe(1500.5);
  });

  test('Retry-After as a date', () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(limited({ 'retry-after': inAMinute }).retryAfterMs).toBeGreaterThan(30_000);
    expect(limited({ 'retry-after': inAMinute }).retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(limited({ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }).retryAfterMs).toBe(0);
  });

  test.each(['', 'soon', '-1', '1e9', 'NaN', '9'.repeat(400)])('"%s" is not a valid time', (value) => {
    expect(limited({ 'retry-after': value }).retryAfterMs).toBeUndefined();
  });
});

describe('the formats of servers’ errors', () => {
  const head = { statusCode: 400, contentType: 'application/json' };

  test.each([
    ['OpenAI', { error: { message: 'why', type: 'invalid_request_error', code: null } }],
    ['Ollama', { error: 'why' }],
    ['vLLM', { object: 'error', message: 'why', code: 400 }],
    ['Gemini', [{ error: { code: 400, message: 'why', status: 'INVALID_ARGUMENT' } }]],
    ['Anthropic', { type: 'error', error: { type: 'invalid_request_error', message: 'why' } }],
    ['FastAPI', { detail: 'why' }],
    ["FastAPI's validation", { detail: [{ loc: ['body'], msg: 'why' }] }],
    ["Mistral's validation", { object: 'error', message: { detail: [{ msg: 'why' }] } }],
    ['a gateway', { message: 'why' }],
  ])('%s', (_name, body) => {
    expect(errorOf(head, JSON.stringify(body)).message).toContain('api.example.com answered 400: why.');
  });

  test('an error object without a message is quoted unchanged', () => {
    expect(errorOf(head, '{"error":{"reason":"x"}}').message).toContain('{"reason":"x"}');
  });

  test('plain text, and an empty body', () => {
    expect(errorOf({ statusCode: 502, contentType: 'text/plain' }, 'Bad Gateway').message).toBe(
      'api.example.com answered 502: Bad Gateway. Try again in a moment.',
    );
    expect(errorOf({ statusCode: 502, contentType: '' }, '').message).toBe(
      'api.example.com answered 502 (the server behind the proxy gave no usable answer). Try again in a moment.',
    );
  });

  test('the error for a web page has its title, and mentions base_url if that may be the reason', () => {
    const page = '<!DOCTYPE html><html><head><title>404\n Not Found</title></head></html>';
    expect(errorOf({ statusCode: 404, contentType: 'text/html; charset=utf-8' }, page).message).toBe(
      'api.example.com answered 404 with a web page ("404 Not Found"). Is base_url right?',
    );
    expect(errorOf({ statusCode: 503, contentType: '' }, page).message).toContain('Try again in a moment.');
    expect(errorOf({ statusCode: 200, contentType: '' }, page).message).toContain('Is base_url right?');
  });

  test.each([
    [
      413,
      'the request is too large for it',
      '413 Request Entity Too Large',
      'Make the conversation shorter.',
    ],
    [429, 'too many requests', '429 Too Many Requests', 'Try again in a moment.'],
    [502, 'the server behind the proxy gave no usable answer', '502 Bad Gateway', 'Try again in a moment.'],
    [524, 'the server behind Cloudflare took too long', 'A timeout occurred', 'Try again in a moment.'],
  ])('the error for a proxy’s page explains the status: %i', (statusCode, meaning, title, advice) => {
    const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center></body></html>`;
    expect(errorOf({ statusCode, contentType: 'text/html' }, page).message).toBe(
      `api.example.com answered ${statusCode} (${meaning}) with a web page ("${title}"). ${advice}`,
    );
  });

  test.each([
    [400, '400 The plain HTTP request was sent to HTTPS port', 'Begin base_url with https:.'],
    [
      400,
      '400 No required SSL certificate was sent',
      'demands a client certificate: set client_cert and client_key',
    ],
    [400, '400 The SSL certificate error', 'does not accept the client certificate: check client_cert'],
    [403, 'Just a moment...', 'its firewall blocks this program or its region'],
    [403, 'Attention Required! | Cloudflare', 'its firewall blocks this program'],
    [401, '401 Authorization Required', 'Check the API key.'],
    [404, '404 Not Found', 'Is base_url right?'],
  ])(
    'the title of a page determines the advice, else the status does: %i %s',
    (statusCode, title, advice) => {
      const { message } = errorOf({ statusCode, contentType: 'text/html' }, `<html><title>${title}</title>`);
      expect(message).toContain(`with a web page ("${title}").`);
      expect(message).toContain(advice);
    },
  );

  test('the error for a redirect with a page names the target', () => {
    const headers = { location: 'https://other.example/v1' };
    const page = '<html><title>301 Moved Permanently</title>';
    expect(errorOf({ statusCode: 301, contentType: 'text/html', headers }, page).message).toContain(
      'It points to https://other.example/v1: set base_url accordingly.',
    );
  });

  test.each([401, 403])(
    'a %i after a redirect to another origin says that the key was not sent there',
    (statusCode) => {
      const headers = { 'x-vastar-key-left-behind': 'https://other.example' };
      const body = '{"error":{"message":"No key."}}';
      expect(errorOf({ statusCode, contentType: 'application/json', headers }, body).message).toBe(
        `api.example.com answered ${statusCode}: No key. If you trust https://other.example, set base_url to it: the daemon followed a redirect there without the key.`,
      );
    },
  );

  test.each(['{}', '[]', 'null', '""', ' '])('a body without a message is not quoted: %j', (body) => {
    expect(errorOf({ statusCode: 502, contentType: 'application/json' }, body).message).toBe(
      'api.example.com answered 502 (the server behind the proxy gave no usable answer). Try again in a moment.',
    );
  });

  test('quoted text is short and has no control characters', () => {
    const { message } = status(400, `\u001b[31m${'x'.repeat(1_000_000)}\u0007\r\n`);
    expect(message.length).toBeLessThan(450);
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(
      errorOf({ statusCode: 500, contentType: 'text/plain' }, 'y'.repeat(10_000_000)).message.length,
    ).toBeLessThan(450);
  });

  test('the status is reported even if the body was cut off', () => {
    const stream = createChatStream({ statusCode: 401, contentType: 'application/json' });
    stream.feed(Buffer.from('{"error":{"mess'));
    expect(stream.end({ kind: 'stalled' }).error).toMatchObject({ statusCode: 401 });
  });
});

describe('an error object in the stream', () => {
  test.each([
    [{ message: 'm', code: 429 }, ErrorClass.RateLimited],
    [{ message: 'm', code: '503' }, ErrorClass.Transient],
    [{ message: 'm', type: 'rate_limit_error' }, ErrorClass.RateLimited],
    [{ message: 'm', type: 'invalid_request_error' }, ErrorClass.InvalidRequest],
    [{ message: 'm', code: 'context_length_exceeded' }, ErrorClass.InvalidRequest],
    [{ message: 'm', type: 'authentication_error' }, ErrorClass.Permanent],
    [{ message: 'm', code: 'insufficient_quota' }, ErrorClass.Permanent],
    [{ message: 'm', type: 'timeout' }, ErrorClass.Timeout],
    [{ message: 'm', type: 'overloaded_error' }, ErrorClass.Transient],
    [{ message: 'm' }, ErrorClass.Transient],
    ['m', ErrorClass.Transient],
  ])('%j', (told, errorClass) => {
    const error = streamed(told);
    expect(error.message).toMatch(/^api\.example\.com reported an error in its answer: m\. [A-Z].*\.$/);
    expect(error).toMatchObject({ errorClass, hop: 'provider', requestId: 42 });
  });

  test('null and an empty text are not errors', () => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    for (const error of [null, '']) {
      stream.feed(
        Buffer.from(`data: ${JSON.stringify({ error, choices: [{ delta: { content: 'a' } }] })}\n\n`),
      );
    }
    stream.feed(Buffer.from('data: [DONE]\n\n'));
    expect(stream.end({ kind: 'closed' })).toMatchObject({ outcome: 'complete', text: 'aa' });
  });

  test('an event named error is an error with any data', () => {
    const head = { statusCode: 200, contentType: 'text/event-stream' };
    expect(errorOf(head, 'event: error\ndata: out of memory\n\n').message).toContain('out of memory');
    expect(errorOf(head, 'event: error\ndata: {"why":"x"}\n\n').message).toContain('{"why":"x"}');
  });
});

test('no error message contains a key that a provider repeats', () => {
  const key = 'sk-said/back-4711';
  const forms = [key, encodeURIComponent(key), Buffer.from(key).toString('base64')];
  const answers: [AnswerHead, string][] = [
    [{ statusCode: 401, contentType: 'text/plain' }, forms.join(' ')],
    [{ statusCode: 302, contentType: '', headers: { location: `https://x.test/?key=${forms[1]}` } }, ''],
    [{ statusCode: 200, contentType: 'text/html' }, `<title>${key}</title>`],
    [
      { statusCode: 200, contentType: 'text/event-stream' },
      `data: ${JSON.stringify({ error: forms.join(' ') })}\n\n`,
    ],
  ];
  for (const [head, body] of answers) {
    const stream = createChatStream(head, undefined, { keys: [key] });
    stream.feed(Buffer.from(body));
    const { error } = stream.end({ kind: 'closed' });
    expect(error?.message).toContain('[key removed]');
    for (const form of forms) expect(error?.message).not.toContain(form);
  }
});

test('no error message contains a part of a key at the end of a shortened text', () => {
  const key = 'sk-4711-0815-4711';
  for (const body of [`${'x'.repeat(290)} ${key}`, JSON.stringify({ error: `${'x'.repeat(290)} ${key}` })]) {
    for (const statusCode of [200, 401]) {
      const stream = createChatStream({ statusCode, contentType: 'text/plain' }, undefined, { keys: [key] });
      stream.feed(Buffer.from(body));
      const { error } = stream.end({ kind: 'closed' });
      expect(error?.message).not.toContain('sk-4711');
    }
  }
});

test.each([
  ['data: {"error":{"message":"Too many tokens."}}\n\n'],
  ['event: error\r\ndata: {"error":{"message":"Too many tokens."}}\r\n\r\ndata: [DONE]\r\n\r\n'],
  [': hello\n\ndata:{"error":\ndata: {"message":"Too many tokens."}}\n\n'],
  ['data: Too many tokens.\n\n'],
])('the message of a refusal that is framed as an event has no framing: %j', (body) => {
  const stream = createChatStream({ statusCode: 413, contentType: 'text/event-stream' });
  stream.feed(Buffer.from(body));
  const { error } = stream.end({ kind: 'closed' });
  expect(error?.message).toContain('answered 413: Too many tokens.');
});
