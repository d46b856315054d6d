import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../src/simulator/request-body.js';
import { postChat, readCompletion, readError, simulatorForTest } from './chat-client.js';

const user = { role: 'user', content: 'hello' };
const valid = { model: 'sim-instant', messages: [user] };

const strictFormat = (schema: unknown): unknown => ({
  type: 'json_schema',
  json_schema: { name: 'city', strict: true, schema },
});

const MISTAKES: [body: unknown, expected: { message: string | RegExp; param?: string; code?: string }][] = [
  [null, { message: 'The request body must be a JSON object, but it is null.' }],
  [[], { message: 'The request body must be a JSON object, but it is an array.' }],
  ['text', { message: 'The request body must be a JSON object, but it is a string.' }],
  [{ messages: [user] }, { message: 'you must provide a model parameter' }],
  [{ ...valid, model: ' ' }, { message: 'you must provide a model parameter' }],
  [
    { ...valid, model: 4 },
    {
      message: "Invalid type for 'model': expected a string, but got an integer instead.",
      param: 'model',
      code: 'invalid_type',
    },
  ],
  [
    { model: 'm' },
    {
      message: "Missing required parameter: 'messages'.",
      param: 'messages',
      code: 'missing_required_parameter',
    },
  ],
  [
    { ...valid, messages: 'hi' },
    {
      message: "Invalid type for 'messages': expected an array, but got a string instead.",
      param: 'messages',
    },
  ],
  [
    { ...valid, messages: [] },
    {
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
      code: 'empty_array',
    },
  ],
  [
    { ...valid, messages: [user, 3.5] },
    {
      message: "Invalid type for 'messages[1]': expected an object, but got a decimal number instead.",
      param: 'messages[1]',
    },
  ],
  [
    { ...valid, messages: [{ content: 'hi' }] },
    { message: "Missing required parameter: 'messages[0].role'.", param: 'messages[0].role' },
  ],
  [
    { ...valid, messages: [{ role: 'robot', content: 'hi' }] },
    {
      message:
        "Invalid value for 'messages[0].role': \"robot\". Supported values are: 'system', 'developer', 'user', 'assistant', 'tool', 'function'.",
      param: 'messages[0].role',
      code: 'invalid_value',
    },
  ],
  [
    { ...valid, messages: [{ role: 'user' }] },
    { message: "Missing required parameter: 'messages[0].content'.", param: 'messages[0].content' },
  ],
  [
    { ...valid, messages: [{ role: 'user', content: 5 }] },
    {
      message:
        "Invalid type for 'messages[0].content': expected one of a string or an array, but got an integer instead.",
      param: 'messages[0].content',
      code: 'invalid_type',
    },
  ],
  [
    { ...valid, messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
    {
      message:
        "Invalid type for 'messages[0].content[0].text': expected a string, but got an integer instead.",
      param: 'messages[0].content[0].text',
    },
  ],
  [
    { ...valid, stream: 'yes' },
    { message: "Invalid type for 'stream': expected a boolean, but got a string instead.", param: 'stream' },
  ],
  [
    { ...valid, stream_options: { include_usage: true } },
    { message: /only allowed when 'stream' is enabled/, param: 'stream_options' },
  ],
  [
    { ...valid, max_tokens: 0 },
    {
      message: "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      param: 'max_tokens',
      code: 'integer_below_min_value',
    },
  ],
  [
    { ...valid, max_tokens: 1.5 },
    {
      message: "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead.",
      param: 'max_tokens',
    },
  ],
  [
    { ...valid, temperature: 9 },
    {
      message:
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9 instead.",
      param: 'temperature',
      code: 'decimal_above_max_value',
    },
  ],
  [
    { ...valid, stop: ['a', 'b', 'c', 'd', 'e'] },
    {
      message:
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
      param: 'stop',
      code: 'array_above_max_length',
    },
  ],
  [
    { ...valid, n: 129 },
    {
      message: "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
      param: 'n',
      code: 'integer_above_max_value',
    },
  ],
  [
    { ...valid, presence_penalty: -2.5 },
    {
      message:
        "Invalid 'presence_penalty': decimal below minimum value. Expected a value >= -2, but got -2.5 instead.",
      param: 'presence_penalty',
      code: 'decimal_below_min_value',
    },
  ],
  [
    { ...valid, max_tokens: 5, max_completion_tokens: 5 },
    {
      message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      param: 'max_tokens',
      code: 'invalid_parameter_combination',
    },
  ],
  [
    { ...valid, logprobs: 1 },
    {
      message: "Invalid type for 'logprobs': expected a boolean, but got an integer instead.",
      param: 'logprobs',
    },
  ],
  [
    { ...valid, top_logprobs: 2 },
    {
      message: "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
      param: 'top_logprobs',
    },
  ],
  [
    { ...valid, logprobs: true, top_logprobs: 21 },
    {
      message:
        "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.",
      param: 'top_logprobs',
      code: 'integer_above_max_value',
    },
  ],
  [
    { ...valid, logit_bias: { 50256: -101 } },
    {
      message:
        "Invalid 'logit_bias.50256': decimal below minimum value. Expected a value >= -100, but got -101 instead.",
      param: 'logit_bias.50256',
    },
  ],
  [
    { ...valid, seed: 1.5 },
    {
      message: "Invalid type for 'seed': expected an integer, but got a decimal number instead.",
      param: 'seed',
    },
  ],
  [
    { ...valid, user: 7 },
    { message: "Invalid type for 'user': expected a string, but got an integer instead.", param: 'user' },
  ],
  [
    { ...valid, tools: [{ type: 'function', function: { name: 'not a name' } }] },
    {
      message: /^Invalid 'tools\[0\].function.name': expected a string that matches/,
      param: 'tools[0].function.name',
    },
  ],
  [
    { ...valid, tools: [{ type: 'retrieval' }] },
    { message: /^Invalid value for 'tools\[0\].type': "retrieval"/, param: 'tools[0].type' },
  ],
  [
    { ...valid, tool_choice: 'auto' },
    { message: /only allowed when 'tools' are specified/, param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: { type: 'function', function: { name: 'b' } },
    },
    { message: "Tool choice 'b' not found in 'tools' parameter.", param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'b' } }] },
      },
    },
    { message: "Tool choice 'b' not found in 'tools' parameter.", param: 'tool_choice' },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a' } }],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'never', tools: [] } },
    },
    {
      message: /^Invalid value for 'tool_choice.allowed_tools.mode': "never"/,
      param: 'tool_choice.allowed_tools.mode',
    },
  ],
  [
    { ...valid, tools: [{ type: 'function', function: { name: 'a' } }], tool_choice: { type: 'function' } },
    { message: "Missing required parameter: 'tool_choice.function'.", param: 'tool_choice.function' },
  ],
  [
    { ...valid, response_format: strictFormat({ type: 'object', properties: {} }) },
    {
      message:
        "Invalid schema for response_format 'city': In context=(), 'additionalProperties' is required to be supplied and to be false.",
      param: 'response_format',
    },
  ],
  [
    {
      ...valid,
      response_format: strictFormat({
        type: 'object',
        properties: { place: { type: 'object', properties: { x: {} }, additionalProperties: false } },
        required: ['place'],
        additionalProperties: false,
      }),
    },
    {
      message:
        "Invalid schema for response_format 'city': In context=('properties', 'place'), 'required' is required to be supplied and to be an array including every key in properties. Missing 'x'.",
      param: 'response_format',
    },
  ],
  [
    { ...valid, response_format: strictFormat({ type: 'array' }) },
    {
      message: /schema must be a JSON Schema of 'type: "object"', got 'type: "array"'/,
      param: 'response_format',
    },
  ],
  [
    {
      ...valid,
      tools: [{ type: 'function', function: { name: 'a', strict: true, parameters: { type: 'object' } } }],
    },
    {
      message: /^Invalid schema for function 'a': In context=\(\), 'additionalProperties' is required/,
      param: 'tools[0].function.parameters',
      code: 'invalid_function_parameters',
    },
  ],
  [
    { ...valid, tool_choice: 'sometimes' },
    {
      message:
        "Invalid value for 'tool_choice': \"sometimes\". Supported values are: 'none', 'auto', 'required'.",
      param: 'tool_choice',
      code: 'invalid_value',
    },
  ],
  [
    { ...valid, messages: [user, { role: 'tool', content: 'x' }] },
    { message: "Missing required parameter: 'messages[1].tool_call_id'.", param: 'messages[1].tool_call_id' },
  ],
  [
    { ...valid, messages: [user, { role: 'tool', tool_call_id: 'c', content: 'x' }] },
    { message: /must be a response to a preceding message/, param: 'messages.[1].role' },
  ],
  [
    { ...valid, response_format: { type: 'json_object' } },
    { message: /must contain the word 'json' in some form/, param: 'messages' },
  ],
  [
    { ...valid, response_format: { type: 'json_schema' } },
    {
      message: "Missing required parameter: 'response_format.json_schema'.",
      param: 'response_format.json_schema',
    },
  ],
  [
    { ...valid, response_format: { type: 'xml' } },
    { message: /^Invalid value for 'response_format.type': "xml"/, param: 'response_format.type' },
  ],
];

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

  test.each(['', '{', '{"model": undefined}', 'NaN'])('that is no JSON is refused: %j', async (body) => {
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

  test('that is no UTF-8 is refused', async () => {
    const { url } = await simulatorForTest();
    const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect((await readError(response)).message).toBe('The request body is not valid UTF-8.');
  });

  test('may hold hostile member names without harm', async () => {
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
])('the mistyped model %s is told, not served', async (model, hint) => {
  const simulator = await simulatorForTest();
  const response = await postChat(simulator, { model });
  expect(response.status).toBe(404);
  const error = await readError(response);
  expect(error).toMatchObject({ type: 'invalid_request_error', param: 'model', code: 'model_not_found' });
  expect(error.message).toContain(hint);
});

test.each([
  ['GET', '/', 404, 'unknown_url'],
  ['POST', '/v1/embeddings', 404, 'unknown_url'],
  ['GET', '/v1/chat/completions', 405, 'method_not_supported'],
  ['DELETE', '/v1/models/gpt-4', 405, 'method_not_supported'],
  ['POST', '/health', 405, 'method_not_supported'],
])('%s %s is answered with %i', async (method, path, status, code) => {
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
])('what is no HTTP request gets an error of the same form: %.30j', async (text, status) => {
  const simulator = await simulatorForTest();
  const socket = connect(simulator.port, '127.0.0.1');
  socket.write(text);
  const [head = '', body = ''] = (await socket.toArray()).join('').split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await readError(new Response(body))).toMatchObject({ type: 'invalid_request_error' });
  expect((await postChat(simulator, {})).status).toBe(200);
});

describe('a body over the limit', () => {
  test.each(['content-length', 'transfer-encoding'])(
    'sent with %s gets a 413 that can be read',
    async (framing) => {
      const simulator = await simulatorForTest();
      const response = await upload(simulator.url, 50 * 1024 * 1024, framing === 'content-length');
      expect(response.status).toBe(413);
      expect(JSON.parse(response.body).error).toMatchObject({
        message: `The request body is over the limit of ${MAX_BODY_BYTES} bytes.`,
        code: 'request_too_large',
      });
      expect((await postChat(simulator, {})).status).toBe(200);
    },
  );
});

/** Sends `size` bytes as fast as they are taken, reading the answer meanwhile. */
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
