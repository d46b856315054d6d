import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorMessageIn } from '../../../../src/sdk/chat/errors/error-message.js';

test.each([
  [
    'a validator',
    {
      detail: [
        { type: 'missing', loc: ['body', 'messages', 0, 'content'], msg: 'Field required', input: {} },
      ],
    },
    'messages.0.content: Field required',
  ],
  [
    'several faults',
    {
      detail: [
        { loc: ['body', 'model'], msg: 'a' },
        { loc: ['query', 'v'], msg: 'b' },
      ],
    },
    'model: a; query.v: b',
  ],
  ['a proxy', { message: 'no route', target: 'https://upstream:80/v1' }, 'no route'],
  [
    'a router',
    {
      error: {
        message: 'Provider returned error',
        code: 502,
        metadata: { raw: 'upstream: context length exceeded', provider_name: 'P' },
      },
    },
    'Provider returned error (P): upstream: context length exceeded',
  ],
  [
    'a router with JSON as text',
    {
      error: {
        message: 'Provider returned error',
        metadata: { raw: '{"error":{"message":"at most 1 image","type":"x"}}' },
      },
    },
    'Provider returned error: at most 1 image',
  ],
  [
    'a router with an object',
    { message: 'Provider returned error', metadata: { raw: { error: { message: 'no such model' } } } },
    'Provider returned error: no such model',
  ],
  [
    'a router with a page',
    {
      error: {
        message: 'Provider returned error',
        metadata: { raw: '<html><head><title>502 Bad Gateway</title></head></html>' },
      },
    },
    'Provider returned error: 502 Bad Gateway',
  ],
  [
    'JSON in a text',
    { error: { message: 'Error code: 400 - {"error":{"message":"too long","param":null}}' } },
    'Error code: 400: too long',
  ],
  [
    'a list of messages',
    { statusCode: 400, message: ['a is wrong', 'b is wrong'], error: 'Bad Request' },
    'Bad Request: a is wrong; b is wrong',
  ],
  [
    'errors by field',
    { title: 'Not valid.', errors: { 'messages[0].content': ['is required'] } },
    'Not valid: messages[0].content: is required',
  ],
  [
    'Zod',
    { error: { name: 'ZodError', message: '[{"path":["messages",0],"message":"Required"}]' } },
    'messages.0: Required',
  ],
  [
    'Google',
    {
      error: {
        message: 'Bad',
        details: [{ fieldViolations: [{ field: 'contents[0]', description: 'is empty' }] }],
      },
    },
    'Bad: contents[0]: is empty',
  ],
  [
    'a parameter that the text does not name',
    { error: { message: 'Invalid value', param: 'messages[1].role' } },
    'messages[1].role: Invalid value',
  ],
  [
    'a parameter that the text names',
    { error: { message: "Invalid 'seed'", param: 'seed' } },
    "Invalid 'seed'",
  ],
  ['a plain list', { errors: [{ code: 7, message: 'first' }, 'second'] }, 'first; second'],
  [
    'a validator of vLLM, as Python writes it',
    { message: "[{'type': 'missing', 'loc': ('body', 'messages', 0, 'content'), 'msg': 'Field required'}]" },
    'messages.0.content: Field required',
  ],
  [
    'a field as text',
    { detail: [{ loc: 'body.messages', msg: 'Field required' }] },
    'messages: Field required',
  ],
  [
    'a JSON pointer',
    { errors: [{ source: { pointer: '/messages/0/content' }, detail: 'is missing' }] },
    'messages.0.content: is missing',
  ],
  ['a JSON path', { message: 'required', json_path: '$.messages[0]' }, 'messages[0]: required'],
  [
    'Spring',
    { error: 'Unprocessable', errors: [{ field: 'messages', defaultMessage: 'must not be empty' }] },
    'Unprocessable: messages: must not be empty',
  ],
  [
    'errors by provider',
    { message: 'all failed', errors: { a: 'too long', b: 'no key' } },
    'all failed: a: too long; b: no key',
  ],
  [
    'a body as JSON text',
    { error: { message: 'Bad gateway', responseBody: '{"error":{"message":"too long"}}' } },
    'Bad gateway: too long',
  ],
  ['other data beside the message', { message: 'Bad gateway', data: 'x', body: 'y' }, 'Bad gateway'],
  [
    'attempts of a router',
    { message: 'all failed', attempts: [{ provider: 'a', error: { message: 'too long' } }] },
    'all failed: too long',
  ],
  ['text with brackets that is not JSON', 'value [1, 2 is {odd', 'value [1, 2 is {odd'],
  ['nothing', { code: 4 }, ''],
] as const)('%s', (_name, error, message) => {
  expect(errorMessageIn(error)).toBe(message);
});

type Wrap = (inner: unknown) => unknown;
const WRAPS: readonly Wrap[] = [
  (inner) => ({ error: inner }),
  (inner) => ({ detail: inner }),
  (inner) => ({ message: inner }),
  (inner) => ({ error: { message: 'Provider returned error', metadata: { raw: inner } } }),
  (inner) => ({ message: 'failed', cause: inner }),
  (inner) => ({ message: 'failed', errors: [inner] }),
  (inner) => [inner],
  (inner) => (typeof inner === 'string' ? inner : JSON.stringify(inner)),
  (inner) => (typeof inner === 'string' ? inner : `upstream said: ${JSON.stringify(inner)}`),
];

test('the innermost message and its field are found at any depth', () => {
  const leaf = fc.constantFrom<[unknown, string]>(
    ['words of the cause', 'words of the cause'],
    [{ message: 'words of the cause', code: 3 }, 'words of the cause'],
    [{ loc: ['body', 'messages', 2], msg: 'Field required' }, 'messages.2: Field required'],
  );
  const wraps = fc.array(fc.constantFrom(...WRAPS), { maxLength: 4 });
  fc.assert(
    fc.property(leaf, wraps, ([value, words], nesting) => {
      const error = nesting.reduce((inner, wrap) => wrap(inner), value);
      expect(errorMessageIn(error)).toContain(words);
    }),
  );
});

test('any JSON is read without an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(typeof errorMessageIn(value)).toBe('string');
      expect(typeof errorMessageIn(JSON.stringify(value))).toBe('string');
    }),
  );
});

test('data within data is read to a bounded depth', () => {
  expect(errorMessageIn('data: data: {"message":"too busy"}')).toBe('too busy');
  expect(typeof errorMessageIn('data: '.repeat(200_000))).toBe('string');
});
