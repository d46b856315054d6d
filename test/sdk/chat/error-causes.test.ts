import { expect, test } from 'vitest';
import { type ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { createChatStream } from '../../../src/sdk/index.js';

function errorOf(statusCode: number, body: unknown, contentType = 'application/json'): ConnectorException {
  const stream = createChatStream({ statusCode, contentType });
  stream.feed(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  const { error } = stream.end({ kind: 'closed' });
  if (error === undefined) throw new Error('no error');
  return error;
}

const KEY = 'Check the API key.';
const BILLING = 'Check the plan and billing details behind the API key.';
const SHORTER = 'Make the conversation shorter.';
const AGAIN = 'Try again in a moment.';
const MAX_TOKENS = 'Set max_tokens.';

test.each<[string, number, unknown, ErrorClass, string]>([
  [
    'xAI',
    400,
    { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xai***.' },
    ErrorClass.Permanent,
    KEY,
  ],
  [
    'Gemini',
    400,
    [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.' } }],
    ErrorClass.Permanent,
    KEY,
  ],
  [
    'Portkey in front of Anthropic',
    400,
    {
      error: { message: "anthropic error: Missing required parameter: 'max_tokens'." },
      provider: 'anthropic',
    },
    ErrorClass.InvalidRequest,
    MAX_TOKENS,
  ],
  [
    'Anthropic',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } },
    ErrorClass.InvalidRequest,
    MAX_TOKENS,
  ],
  [
    'Cerebras',
    429,
    {
      message: 'Tokens per minute limit exceeded',
      type: 'too_many_tokens_error',
      param: 'quota',
      code: 'token_quota_exceeded',
    },
    ErrorClass.RateLimited,
    AGAIN,
  ],
  [
    'LiteLLM',
    400,
    { error: { message: 'Budget has been exceeded! Current cost: 1.2', type: 'budget_exceeded' } },
    ErrorClass.Permanent,
    BILLING,
  ],
  [
    'Portkey',
    412,
    { status: 'failure', message: 'The monthly budget is exceeded' },
    ErrorClass.Permanent,
    BILLING,
  ],
  [
    'Zhipu',
    429,
    { error: { code: '1113', message: '您的账户已欠费，请充值后重试' } },
    ErrorClass.Permanent,
    BILLING,
  ],
  [
    'Groq',
    498,
    { error: { message: 'Flex tier capacity exceeded', type: 'capacity_exceeded' } },
    ErrorClass.Transient,
    AGAIN,
  ],
  [
    'TGI',
    424,
    { error: 'Request failed during generation: CUDA error', error_type: 'generation' },
    ErrorClass.Transient,
    AGAIN,
  ],
  [
    'vLLM',
    400,
    { object: 'error', message: "This model's maximum context length is 2048 tokens." },
    ErrorClass.InvalidRequest,
    SHORTER,
  ],
  [
    'llama.cpp',
    400,
    {
      error: { message: 'the request exceeds the available context size', type: 'exceed_context_size_error' },
    },
    ErrorClass.InvalidRequest,
    SHORTER,
  ],
  [
    'Anthropic',
    400,
    { type: 'error', error: { message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
    ErrorClass.InvalidRequest,
    SHORTER,
  ],
])('the advice names the cause: %s', (_, statusCode, body, errorClass, advice) => {
  const error = errorOf(statusCode, body);
  expect(error).toMatchObject({ errorClass, statusCode });
  expect(error.message.endsWith(advice), error.message).toBe(true);
});

test.each([
  [403, '1020', 'answered 403 (the firewall of Cloudflare blocks this program)'],
  [429, '1015', 'answered 429 (too many requests for Cloudflare)'],
  [530, '1033', 'answered 530 (Cloudflare cannot reach the server behind it)'],
  [502, '502', 'answered 502 (the server behind the proxy gave no usable answer)'],
])('Cloudflare’s codes in plain text are explained: %i, error code %s', (statusCode, code, words) => {
  expect(errorOf(statusCode, `error code: ${code}`, 'text/plain').message).toContain(words);
});

test('the message of an error in XML is its own', () => {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
  expect(errorOf(403, body, 'application/xml').message).toBe(
    'The provider answered 403: Access Denied. Check what the API key is allowed to use.',
  );
});

test('a web page that says that the headers are too large gives that advice', () => {
  const page = '<html><head><title>400 Request Header Or Cookie Too Large</title></head></html>';
  expect(errorOf(400, page, 'text/html').message).toContain('Send fewer or shorter headers.');
});

const MODEL = 'Check the model name.';
const REGION = 'Use another provider if this one does not serve your region.';
const CHANGE = 'The request must change before it is sent again.';

test.each<[string, number, string, string, string]>([
  [
    'Hugging Face',
    400,
    "The requested model 'x' is not supported by any provider.",
    'model_not_supported',
    MODEL,
  ],
  ['DeepSeek', 400, 'Model Not Exist', 'invalid_request_error', MODEL],
  ['OpenRouter', 400, 'x/y is not a valid model ID', '', MODEL],
  ['Mistral', 400, 'Invalid model: x', 'invalid_model', MODEL],
  ['SiliconFlow', 400, 'Model does not exist. Please check it carefully.', '', MODEL],
  ['Bedrock', 400, 'The provided model identifier is invalid.', '', MODEL],
  [
    'Groq',
    400,
    'The model `x` has been decommissioned and is no longer supported.',
    'model_decommissioned',
    MODEL,
  ],
  ['Zhipu', 400, '模型不存在，请检查模型代码。', '1211', MODEL],
  ['New API', 503, '当前分组 default 下对于模型 x 无可用渠道', 'model_not_found', MODEL],
  ['Gemini', 400, 'User location is not supported for the API use.', '', REGION],
  [
    'OpenAI',
    403,
    'Country, region, or territory not supported',
    'unsupported_country_region_territory',
    REGION,
  ],
  ['xAI', 403, 'Your newly created team has no credits or licenses yet.', '', BILLING],
  ['One API', 403, '用户额度不足', '', BILLING],
  ["OpenAI's first o1", 400, "'stream' does not support true with this model.", '', 'Set stream: false.'],
  ['OpenAI, o3', 400, 'Your organization must be verified to stream this model.', '', 'Set stream: false.'],
  ['a server without streams', 400, 'Streaming is not supported', '', 'Set stream: false.'],
  ['a parameter', 400, "Unsupported parameter: 'top_k' is not supported with this model.", '', CHANGE],
  ['a value', 400, "Unsupported value: 'temperature' does not support 0.2 with this model.", '', CHANGE],
  ['a member', 400, 'model: Extra inputs are not permitted', '', CHANGE],
  ['a feature', 400, 'For this model, tool use is not supported.', '', CHANGE],
  ['an answer before', 400, 'previous model response with id x not found', '', CHANGE],
  ['a name with a point', 400, 'Model x-4.1 is not supported.', '', MODEL],
])('a refused model, region or account is named: %s', (_name, status, message, code, advice) => {
  const said = errorOf(status, { error: { message, code } }).message;
  expect(said.endsWith(advice), said).toBe(true);
});

test('a refused key is named in Chinese, too', () => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  stream.feed(Buffer.from('{"success":false,"code":1000,"msg":"身份验证失败。"}'));
  const { error } = stream.end({ kind: 'closed' });
  expect(error?.message.endsWith(KEY), error?.message).toBe(true);
});

test('the page of Express says what is wrong', () => {
  const page =
    '<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot POST /chat/completions</pre></body></html>';
  expect(errorOf(404, page, 'text/html').message).toContain('("Cannot POST /chat/completions")');
});

test('the colours of a message for a terminal are left out', () => {
  expect(errorOf(500, '\u001b[1;31mno memory\u001b[0m', 'text/plain').message).toContain('500: no memory.');
});

test.each<[string, number, unknown, string]>([
  [
    'Ollama without memory for the model',
    500,
    { error: 'model requires more system memory (5.5 GiB) than is available (3.1 GiB)' },
    'Use a smaller model, or free memory on the server.',
  ],
  [
    'Ollama with a model without tools',
    400,
    { error: 'registry.ollama.ai/library/m:latest does not support tools' },
    'Use a model that supports tools, or send none.',
  ],
  [
    'DashScope with a model that only streams',
    400,
    { code: 'InvalidParameter', message: 'This model does not support non-streaming output.' },
    'Set stream: true.',
  ],
  ['Yandex', 400, { code: 16, message: 'Unknown api key' }, KEY],
])('the advice fits the cause: %s', (_server, status, body, advice) => {
  expect(errorOf(status, body).message).toMatch(new RegExp(`${advice.replaceAll('.', '\\.')}$`));
});

test.each([
  { ResponseMetadata: { RequestId: 'r', Error: { Code: 'InvalidParameter', Message: 'no such parameter' } } },
  { Response: { Error: { Code: 'AuthFailure', Message: 'no such parameter' }, RequestId: 'r' } },
  { error: { message: "{'error': '/chat/completions: no such parameter'}", type: 'None', code: '400' } },
])('the message is read without what is around it: %j', (body) => {
  expect(errorOf(400, body).message).toMatch(/: (?:\/chat\/completions: )?no such parameter\. /);
});

test('the finish reason "error" makes the answer fail, and the error says what to do', () => {
  const stream = createChatStream({ statusCode: 200, contentType: 'application/json' });
  stream.feed(
    Buffer.from(JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: 'error' }] })),
  );
  expect(stream.end({ kind: 'closed' }).error?.message).toBe(
    `The provider broke off its answer (finish_reason error). ${AGAIN}`,
  );
});
