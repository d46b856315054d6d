import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { PARIS, simulatorForTest } from './chat-client.js';

// Anthropic's official package against the real simulator.

type Body = Anthropic.MessageCreateParamsNonStreaming;

const BODY: Body = {
  model: 'sim-instant',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'What is the capital of France?' }],
};
const WEATHER: Anthropic.Tool = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function client(headers: Record<string, string> = {}): Promise<Anthropic> {
  const { url } = await simulatorForTest();
  return new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0, defaultHeaders: headers });
}

const MODES = {
  whole: (anthropic: Anthropic, body: Body) => anthropic.messages.create(body),
  /** Uses the package's own helper to assemble a stream, which also checks it. */
  streamed: (anthropic: Anthropic, body: Body) => anthropic.messages.stream(body).finalMessage(),
};

describe.each(Object.entries(MODES))('a message, %s', (_mode, call) => {
  test('has the text, the reason of its end and the usage', async () => {
    const message = await call(await client(), BODY);
    expect(message).toMatchObject({
      role: 'assistant',
      content: [{ type: 'text', text: PARIS }],
      stop_reason: 'end_turn',
      usage: { output_tokens: 7 },
    });
    expect(message.usage.input_tokens).toBeGreaterThan(0);
  });

  test('knows the system prompt and earlier turns', async () => {
    const message = await call(await client(), {
      ...BODY,
      system: 'Be brief.',
      messages: [
        ...BODY.messages,
        { role: 'assistant', content: PARIS },
        { role: 'user', content: [{ type: 'text', text: 'What was my first question?' }] },
      ],
    });
    expect(JSON.stringify(message.content)).toContain('What is the capital of France?');
  });

  test('obeys a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    };
    const { content } = await call(await client(), {
      ...BODY,
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(content).toEqual([expect.objectContaining({ type: 'text' })]);
    const [block] = content;
    expect(JSON.parse(block?.type === 'text' ? block.text : '')).toEqual({ name: expect.any(String) });
  });

  test('ends at max_tokens', async () => {
    const message = await call(await client(), { ...BODY, max_tokens: 3 });
    expect(message).toMatchObject({
      content: [{ text: 'The capital of' }],
      stop_reason: 'max_tokens',
      usage: { output_tokens: 3 },
    });
  });

  test('ends before a stop sequence, and names it', async () => {
    const message = await call(await client(), { ...BODY, stop_sequences: ['Paris', 'of'] });
    expect(message).toMatchObject({
      content: [{ text: 'The capital ' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'of',
    });
  });

  test('has signed thinking before the text', async () => {
    const message = await call(await client({ 'x-sim-reasoning-tokens': '12' }), BODY);
    expect(message.content).toMatchObject([
      {
        type: 'thinking',
        thinking: expect.stringMatching(/^The question/),
        signature: expect.stringMatching(/.+/),
      },
      { type: 'text', text: PARIS },
    ]);
    expect(message.usage.output_tokens).toBe(19);
  });

  test('calls a tool and accepts its result', async () => {
    const anthropic = await client();
    const first = await call(anthropic, { ...BODY, tools: [WEATHER], tool_choice: { type: 'any' } });
    expect(first.stop_reason).toBe('tool_use');
    const [use] = first.content;
    if (use?.type !== 'tool_use') throw new Error('no tool_use block');
    expect(use).toMatchObject({ name: 'get_weather', input: { city: expect.any(String) } });
    const second = await call(anthropic, {
      ...BODY,
      tools: [WEATHER],
      messages: [
        ...BODY.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '21 degrees' }] },
      ],
    });
    expect(JSON.stringify(second.content)).toContain('21 degrees');
  });

  test('accepts tools that Anthropic defines, and calls none of them', async () => {
    const anthropic = await client();
    const own = [
      { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
      { type: 'bash_20250124', name: 'bash' },
    ] as const;
    const alone = await call(anthropic, { ...BODY, tools: [...own] });
    expect(alone.content.map(({ type }) => type)).toEqual(['text']);
    const beside = await call(anthropic, { ...BODY, tools: [...own, WEATHER], tool_choice: { type: 'any' } });
    expect(beside.content).toMatchObject([{ type: 'tool_use', name: 'get_weather' }]);
    const tools = [{ name: 'get_weather' }] as unknown as Anthropic.Tool[];
    await expect(call(anthropic, { ...BODY, tools })).rejects.toThrow('tools.0.input_schema: Field required');
  });

  test.each([
    ['401', 401, 'authentication_error'],
    ['404', 404, 'not_found_error'],
    ['429', 429, 'rate_limit_error'],
    ['500', 500, 'api_error'],
    ['503', 529, 'overloaded_error'],
  ])('fault %s is status %i, %s', async (name, status, type) => {
    const failure = await call(await client(), { ...BODY, model: `sim-fault-${name}` }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ status, error: { type: 'error', error: { type } } });
  });
});

test('an error in the middle of a stream is thrown', async () => {
  const stream = (await client()).messages.stream({ ...BODY, model: 'sim-fault-error-mid' });
  await expect(stream.finalMessage()).rejects.toThrow('server had an error');
});

test('a cut stream has no stop reason', async () => {
  const stream = await (await client()).messages.create({ ...BODY, model: 'sim-fault-cut', stream: true });
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  expect(types).toContain('content_block_delta');
  expect(types).not.toContain('message_delta');
});

test('a request without a version or max_tokens is refused in the format of the API', async () => {
  const { url } = await simulatorForTest();
  const post = async (headers: Record<string, string>, body: unknown) => {
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await post({}, BODY)).toMatchObject({
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining('anthropic-version') },
    },
  });
  const { max_tokens: _, ...rest } = BODY;
  expect(await post({ 'anthropic-version': '2023-06-01' }, rest)).toMatchObject({
    status: 400,
    body: { type: 'error', error: { message: 'max_tokens: Field required' } },
  });
});

test.each<[string, object, string]>([
  ['no messages', { messages: undefined }, 'messages: Field required'],
  ['empty messages', { messages: [] }, 'messages: at least one is required'],
  ['no model', { model: undefined }, 'model: Field required'],
  ['an unknown role', { messages: [{ role: 'bot', content: 'Hi' }] }, 'messages.0.role: '],
  [
    'thinking without room for it',
    { thinking: { type: 'enabled', budget_tokens: 1024 } },
    '`max_tokens` must be greater',
  ],
  [
    'too little thinking',
    { thinking: { type: 'enabled', budget_tokens: 5 } },
    'thinking.enabled.budget_tokens: Input',
  ],
])('the error for %s has the words of the API', async (_name, change, words) => {
  const refused = (await client()).messages.create({ ...BODY, ...change });
  await expect(refused).rejects.toMatchObject({
    status: 400,
    error: { error: { type: 'invalid_request_error', message: expect.stringMatching(`^${words}`) } },
  });
});

test('the tokens of a request can be counted', async () => {
  const { input_tokens } = await (await client()).messages.countTokens({
    model: BODY.model,
    messages: BODY.messages,
  });
  expect(input_tokens).toBe((await MODES.whole(await client(), BODY)).usage.input_tokens);
});

test('tools run with the helper of the package, which first asks for a stored conversation', async () => {
  const message = await (await client()).beta.messages.toolRunner({
    model: BODY.model,
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Call get_weather for Paris.' }],
    tools: [
      {
        type: 'custom',
        name: 'get_weather',
        input_schema: { type: 'object', properties: { city: { type: 'string' } } },
        run: async () => 'sunny',
        parse: (input: unknown) => input,
      },
    ],
  });
  expect(message.content).toMatchObject([{ type: 'text', text: expect.stringContaining('sunny') }]);
});

test('instructions between the messages are accepted, as Claude Code sends them', async () => {
  const { url } = await simulatorForTest();
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...BODY, messages: [...BODY.messages, { role: 'system', content: 'Be brief.' }] }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ content: [{ text: expect.stringContaining('Paris') }] });
});
