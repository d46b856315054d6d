import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { createChatStream } from '../../../src/sdk/chat/chat-stream.js';

const FORMS: Readonly<Record<string, unknown>> = {
  'error at the top': { error: { message: 'no balance', code: 402 } },
  'error as a text': { error: 'no balance' },
  'error in the choice': { choices: [{ index: 0, delta: {}, error: { message: 'no balance' } }] },
  base_resp: { id: 'x', choices: null, base_resp: { status_code: 1008, status_msg: 'no balance' } },
  'code and msg': { code: 1113, msg: 'no balance' },
  'code and message': { code: 'Arrearage', message: 'no balance', request_id: 'r' },
  detail: { detail: 'no balance' },
  'message with type error': { type: 'error', message: 'no balance' },
  'error_code and error_msg (Baidu)': { error_code: 110, error_msg: 'no balance' },
  'Response.Error (Tencent)': { Response: { Error: { Code: 'AuthFailure', Message: 'no balance' } } },
  'a header with a code (iFlytek)': { header: { code: 10013, message: 'no balance', status: 2 } },
  'errorMessage (AWS Lambda)': { errorMessage: 'no balance', errorType: 'Sandbox.Timedout' },
  'an exception (Bedrock)': { modelStreamErrorException: { message: 'no balance', originalStatusCode: 424 } },
  'error that is true': { error: true, message: 'no balance' },
};

const CARRIERS: Readonly<Record<string, (json: string) => string>> = {
  JSON: (json) => json,
  'a line of JSON and [DONE]': (json) => `${json}\n\ndata: [DONE]\n\n`,
  'one event': (json) => `data: ${json}\n\n`,
  'event: error': (json) => `event: error\ndata: ${json}\n\n`,
  'an event after text': (json) => `data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: ${json}\n\n`,
  'a line of JSON after text': (json) => `data: {"choices":[{"delta":{"content":"a"}}]}\n\n${json}\n`,
};

describe.each(Object.entries(FORMS))('an error inside a 200 as %s', (_, form) => {
  test.each(Object.entries(CARRIERS))('sent as %s gives the provider’s message', (_, carry) => {
    for (const contentType of ['text/event-stream', 'application/json']) {
      const stream = createChatStream({ statusCode: 200, contentType });
      stream.feed(Buffer.from(carry(JSON.stringify(form))));
      const { outcome, error } = stream.end({ kind: 'closed' });
      expect([outcome, error?.message]).toEqual(['error', expect.stringContaining('no balance')]);
    }
  });
});

test.each([
  ['application/json', '{"object":"response","status":"failed","error":null,"output":[]}'],
  [
    'text/event-stream',
    'data: {"type":"response.completed","response":{"object":"response","status":"failed","output":[]}}\n\n',
  ],
])('a failed response without an error (%s) is an error that says so', (contentType, body) => {
  const stream = createChatStream({ statusCode: 200, contentType }, () => {}, { format: 'responses' });
  stream.feed(Buffer.from(body));
  const { outcome, error } = stream.end({ kind: 'closed' });
  expect([outcome, error?.message]).toEqual([
    'error',
    'The provider reported an error in its answer: the response failed, without a reason. Try again in a moment.',
  ]);
});

describe.each([
  { status: 'browsing', message: 'Looking at the web' },
  { code: 'WARMING_UP', msg: 'The model is warming up' },
  { code: 1, message: 'accepted' },
  { status: 102, message: 'Processing' },
  { status: '正在搜索', message: '正在搜索网页' },
  { type: 'status', detail: 'Planning' },
  { detail: 'Queued at position 4' },
])('a report of unknown words, %j,', (report) => {
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const text = (content: string): string => event({ choices: [{ index: 0, delta: { content } }] });
  const read = (body: string) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    stream.feed(Buffer.from(body));
    return stream.end({ kind: 'closed' });
  };

  test.each([
    ['before', `${event(report)}${text('Hel')}${text('lo')}data: [DONE]\n\n`],
    ['within', `${text('Hel')}${event(report)}${text('lo')}data: [DONE]\n\n`],
  ])('does not fail the answer %s it', (_place, body) => {
    expect(read(body)).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('is quoted when no answer follows', () => {
    const { outcome, error } = read(`${event(report)}data: [DONE]\n\n`);
    const words = String(report.message ?? report.msg ?? report.detail);
    expect([outcome, error?.message]).toEqual(['error', expect.stringContaining(words)]);
  });
});

test.each([
  { choices: [{ message: { content: 'hi' } }], base_resp: { status_code: 0, status_msg: 'success' } },
  { choices: [{ message: { content: 'hi' } }], code: 200, message: 'ok' },
  { choices: [{ message: { content: 'hi' } }], error: null, detail: 'cached', code: 7 },
])('a success code next to an answer is not an error: %j', (body) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  stream.feed(Buffer.from(JSON.stringify(body)));
  expect(stream.end({ kind: 'closed' })).toMatchObject({ outcome: 'complete', text: 'hi' });
});

test.each([
  ['rate limit exceeded', ErrorClass.RateLimited],
  ['insufficient balance', ErrorClass.Permanent],
  ['Incorrect API key provided', ErrorClass.Permanent],
  ['something broke', ErrorClass.Transient],
])('without a code, the words of an error show its class: %s', (status_msg, errorClass) => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  stream.feed(Buffer.from(JSON.stringify({ base_resp: { status_code: 1, status_msg } })));
  expect(stream.end({ kind: 'closed' }).error).toMatchObject({ errorClass });
});

test.each([{}, { message: '', type: '', param: '', code: null }, { code: 0 }])(
  'an empty error object, %j, beside choices is not an error',
  (error) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    const event = { error, choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] };
    stream.feed(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    expect(stream.end({ kind: 'closed' })).toMatchObject({ outcome: 'complete', text: 'a' });
  },
);

describe('an error whose form the program does not know', () => {
  const HELLO = { choices: [{ delta: { content: 'Hello' } }] };
  const FINISH = { choices: [{ delta: {}, finish_reason: 'stop' }] };
  const USAGE = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
  test.each([
    [[HELLO, { detail: 'CUDA out of memory' }, USAGE]],
    [[HELLO, { code: 50, message: 'worker died' }, USAGE]],
    [[{ status: 'blocked', message: 'no' }, FINISH]],
    [[{ is_end: true, code: 3, message: 'Quota exceeded' }]],
    [[{ type: 'done', message: 'Quota exceeded' }]],
  ])('is the outcome, although other events follow: %j', (events) => {
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    for (const event of events) stream.feed(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    stream.feed(Buffer.from('data: [DONE]\n\n'));
    expect(stream.end({ kind: 'closed' }).outcome).toBe('error');
  });
});
