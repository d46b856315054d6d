import OpenAI, { APIError } from 'openai';
import { describe, expect, test } from 'vitest';
import { PARIS, simulatorForTest } from './chat-client.js';

// The official package's Responses, completions and embeddings calls against the real simulator.

type Body = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'>;

const QUESTION = 'What is the capital of France?';
const WEATHER: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function client(headers: Record<string, string> = {}): Promise<OpenAI> {
  const { url } = await simulatorForTest();
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, defaultHeaders: headers });
}

const MODES = {
  whole: (openai: OpenAI, body: Body) => openai.responses.create(body),
  /** Uses the package's own helper to assemble a stream, which also checks it. */
  streamed: (openai: OpenAI, body: Body) => openai.responses.stream({ ...body }).finalResponse(),
};

describe.each(Object.entries(MODES))('a response, %s', (_mode, call) => {
  test('has the text, the status and the usage', async () => {
    const response = await call(await client(), { model: 'sim-instant', input: QUESTION });
    expect(response.output_text).toBe(PARIS);
    expect(response).toMatchObject({ status: 'completed', incomplete_details: null });
    expect(response.usage?.output_tokens).toBe(7);
    expect(response.usage?.total_tokens).toBe((response.usage?.input_tokens ?? 0) + 7);
  });

  test('knows instructions and earlier turns', async () => {
    const response = await call(await client(), {
      model: 'sim-instant',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: QUESTION },
        { role: 'assistant', content: PARIS },
        { role: 'user', content: [{ type: 'input_text', text: 'What was my first question?' }] },
      ],
    });
    expect(response.output_text).toContain(QUESTION);
  });

  test('is incomplete at the token limit', async () => {
    const response = await call(await client({ 'x-sim-content': 'lorem' }), {
      model: 'sim-instant',
      input: QUESTION,
      max_output_tokens: 16,
    });
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    expect(response.usage?.output_tokens).toBe(16);
  });

  test('has the reasoning as a summary before the text', async () => {
    const openai = await client({ 'x-sim-reasoning-tokens': '12' });
    const response = await call(openai, { model: 'sim-instant', input: QUESTION });
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
    expect(response.usage?.output_tokens_details.reasoning_tokens).toBe(12);
  });

  test('calls a tool and accepts its result', async () => {
    const openai = await client();
    const body: Body = { model: 'sim-instant', input: QUESTION, tools: [WEATHER], tool_choice: 'required' };
    const first = await call(openai, body);
    const [item] = first.output;
    if (item?.type !== 'function_call') throw new Error('no call');
    expect(item).toMatchObject({ name: 'get_weather', status: 'completed' });
    expect(JSON.parse(item.arguments)).toEqual({ city: expect.any(String) });
    const second = await call(openai, {
      ...body,
      tool_choice: 'auto',
      input: [
        { role: 'user', content: QUESTION },
        item,
        { type: 'function_call_output', call_id: item.call_id, output: '21 degrees' },
      ],
    });
    expect(second.output_text).toContain('21 degrees');
  });

  test('obeys a JSON schema', async () => {
    const response = await call(await client(), {
      model: 'sim-instant',
      input: QUESTION,
      text: {
        format: {
          type: 'json_schema',
          name: 'city',
          schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        },
      },
    });
    expect(JSON.parse(response.output_text)).toEqual({ name: expect.any(String) });
  });

  test.each([
    ['401', 401],
    ['429', 429],
    ['500', 500],
  ])('fault %s is the error of that status', async (name, status) => {
    const failure = await call(await client(), { model: `sim-fault-${name}`, input: QUESTION }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ status });
  });
});

test('the events of a response are numbered without a gap', async () => {
  const openai = await client({ 'x-sim-reasoning-tokens': '3' });
  const stream = await openai.responses.create({ model: 'sim-instant', input: QUESTION, stream: true });
  const numbers: number[] = [];
  const types = new Set<string>();
  for await (const event of stream) {
    numbers.push(event.sequence_number);
    types.add(event.type);
  }
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect([...types]).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta',
    'response.reasoning_summary_text.done',
    'response.reasoning_summary_part.done',
    'response.output_item.done',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.completed',
  ]);
});

test('tools that are not functions are accepted, and never called', async () => {
  const openai = await client();
  const weather = { type: 'function', name: 'get_weather', parameters: {}, strict: false } as const;
  const ask = (tools: OpenAI.Responses.Tool[]) =>
    openai.responses.create({ model: 'sim-tools', input: QUESTION, tools });
  const others: OpenAI.Responses.Tool[] = [{ type: 'web_search' }, { type: 'custom', name: 'apply' }];
  expect((await ask(others)).output.map(({ type }) => type)).toEqual(['message']);
  expect((await ask([...others, weather])).output).toMatchObject([
    { type: 'function_call', name: 'get_weather' },
  ]);
});

test('the refusal of an unknown type of tool lists all known types', async () => {
  const openai = await client();
  const tools = [{ type: 'telepathy' } as unknown as OpenAI.Responses.Tool];
  const refused = openai.responses.create({ model: 'sim-tools', input: QUESTION, tools });
  await expect(refused).rejects.toThrow(
    /Invalid value for 'tools\[0\]\.type': "telepathy"\. Supported values are: 'function', 'apply_patch', .*'web_search'/,
  );
});

test('an error in a stream of a response has the next number', async () => {
  const openai = await client();
  const { body } = await openai.responses
    .create({ model: 'sim-fault-error-mid', input: QUESTION, stream: true })
    .asResponse();
  const numbers = [
    ...(await new Response(body).text()).matchAll(/"type":"([\w.]+)","sequence_number":(\d+)/g),
  ].map(([, type, number]) => [type, Number(number)]);
  expect(numbers.map(([, number]) => number)).toEqual(numbers.map((_, index) => index));
  expect(numbers.at(-1)?.[0]).toBe('error');
});

test('the error for an invalid member of a response request names it', async () => {
  const openai = await client();
  const failure = await openai.responses
    .create({ model: 'sim-instant', input: QUESTION, max_output_tokens: 1 })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 400, param: 'max_output_tokens' });
});

test('a response request without input is refused as one without a required parameter', async () => {
  await expect((await client()).responses.create({ model: 'sim-instant' })).rejects.toMatchObject({
    status: 400,
    param: 'input',
    code: 'missing_required_parameter',
    message: "400 Missing required parameter: 'input'.",
  });
});

test('a legacy completion gets an answer, whole and streamed', async () => {
  const openai = await client();
  const body = { model: 'sim-instant', prompt: QUESTION, max_tokens: 50 };
  const whole = await openai.completions.create(body);
  expect(whole.choices).toMatchObject([{ text: PARIS, index: 0, finish_reason: 'stop' }]);
  expect(whole.usage?.completion_tokens).toBe(7);
  const stream = await openai.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let finish: string | null = null;
  let tokens = 0;
  for await (const { choices, usage } of stream) {
    text += choices[0]?.text ?? '';
    finish = choices[0]?.finish_reason ?? finish;
    tokens = usage?.completion_tokens ?? tokens;
  }
  expect({ text, finish, tokens }).toEqual({ text: PARIS, finish: 'stop', tokens: 7 });
});

test('embeddings have length 1, and equal texts have equal embeddings', async () => {
  const openai = await client();
  const create = (input: string | string[], dimensions = 256) =>
    openai.embeddings.create({ model: 'text-embedding-3-small', input, dimensions });
  const { data } = await create(['one', 'two', 'one']);
  const [first, second, third] = data.map(({ embedding }) => embedding);
  expect(first).toHaveLength(256);
  expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
  expect(third).toEqual(first);
  expect(second).not.toEqual(first);
  const floats = await openai.embeddings.create({
    model: 'text-embedding-3-small',
    input: 'one',
    dimensions: 256,
    encoding_format: 'float',
  });
  expect(floats.data[0]?.embedding).toEqual(first);
});

test('tokenize answers in the formats of vLLM and llama.cpp', async () => {
  const { url } = await simulatorForTest();
  const post = async (body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/tokenize`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  const vllm = await post({ model: 'm', prompt: 'hello world', return_token_strs: true });
  expect(vllm).toMatchObject({ count: 2, token_strs: ['hello', ' world'] });
  expect(vllm.tokens).toHaveLength(2);
  expect((await post({ content: 'hello world' })).tokens).toEqual(vllm.tokens);
});
