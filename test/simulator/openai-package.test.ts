import OpenAI, { APIConnectionError, APIError } from 'openai';
import { describe, expect, test } from 'vitest';
import { FRANCE, PARIS, simulatorForTest } from './chat-client.js';

// The official package against the real simulator, through a real socket: what it takes, programs take.

const WEATHER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
      required: ['city', 'unit'],
    },
  },
};
const TIME: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'get_time', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
const CITY_SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' }, people: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['name', 'people'],
  additionalProperties: false,
};

type Body = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>;

/** What a call gave, streamed or not. */
interface Outcome {
  choices: {
    content: string;
    reasoning: string;
    finish: string;
    logprobs: readonly OpenAI.ChatCompletionTokenLogprob[];
    calls: { name: string; arguments: unknown }[];
  }[];
  usage: OpenAI.CompletionUsage | undefined;
}

async function client(): Promise<OpenAI> {
  const { url } = await simulatorForTest();
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
}

function reasoningOf(message: object): string {
  return 'reasoning_content' in message ? String(message.reasoning_content) : '';
}

function toChoice(choice: OpenAI.ChatCompletion.Choice): Outcome['choices'][number] {
  const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [call.function] : [],
  );
  return {
    content: choice.message.content ?? '',
    reasoning: reasoningOf(choice.message),
    finish: choice.finish_reason,
    logprobs: choice.logprobs?.content ?? [],
    calls: calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) })),
  };
}

async function whole(openai: OpenAI, body: Body): Promise<Outcome> {
  const answer = await openai.chat.completions.create(body);
  return { choices: answer.choices.map(toChoice), usage: answer.usage };
}

/** By the package's own way to put a stream together, which checks it. */
async function streamed(openai: OpenAI, body: Body): Promise<Outcome> {
  const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
  const reasoning: string[] = [];
  for await (const chunk of stream) {
    for (const { index, delta } of chunk.choices)
      reasoning[index] = (reasoning[index] ?? '') + reasoningOf(delta);
  }
  const answer = await stream.finalChatCompletion();
  const choices = answer.choices.map((choice, index) => ({
    ...toChoice(choice),
    reasoning: reasoning[index] ?? '',
  }));
  return { choices, usage: answer.usage };
}

const CALLS: [name: string, body: Partial<Body>, check: (outcome: Outcome) => void][] = [
  [
    'an ordinary question',
    {},
    ({ choices }) => expect(choices).toMatchObject([{ content: PARIS, finish: 'stop' }]),
  ],
  [
    'a system message and several turns',
    {
      messages: [
        { role: 'system', content: 'Be brief.' },
        ...FRANCE,
        { role: 'assistant', content: PARIS },
        { role: 'user', content: 'What was my first question?' },
      ],
    },
    ({ choices }) => expect(choices[0]?.content).toContain('What is the capital of France?'),
  ],
  [
    'content in parts',
    { model: 'sim-echo', messages: [{ role: 'user', content: [{ type: 'text', text: 'echo 👋🏽 me' }] }] },
    ({ choices }) => expect(choices[0]?.content).toBe('echo 👋🏽 me'),
  ],
  [
    'n',
    { n: 3 },
    ({ choices, usage }) => {
      expect(choices.map(({ content }) => content)).toEqual([PARIS, PARIS, PARIS]);
      expect(usage?.completion_tokens).toBe(21);
    },
  ],
  [
    'max_tokens',
    { max_tokens: 3 },
    ({ choices, usage }) => {
      expect(choices).toMatchObject([{ content: 'The capital of', finish: 'length' }]);
      expect(usage?.completion_tokens).toBe(3);
    },
  ],
  [
    'max_completion_tokens',
    { max_completion_tokens: 1 },
    ({ choices }) => expect(choices).toMatchObject([{ content: 'The', finish: 'length' }]),
  ],
  [
    'stop',
    { stop: ['Paris', 'of'] },
    ({ choices }) => expect(choices).toMatchObject([{ content: 'The capital ', finish: 'stop' }]),
  ],
  [
    'a tool that must be called',
    { tools: [WEATHER], tool_choice: 'required' },
    ({ choices }) =>
      expect(choices).toMatchObject([
        {
          content: '',
          finish: 'tool_calls',
          calls: [
            {
              name: 'get_weather',
              arguments: { city: expect.any(String), unit: expect.stringMatching(/^[CF]$/) },
            },
          ],
        },
      ]),
  ],
  [
    'a tool the prompt names',
    { tools: [WEATHER], messages: [{ role: 'user', content: 'How is the weather in Paris?' }] },
    ({ choices }) => expect(choices).toMatchObject([{ calls: [{ name: 'get_weather' }] }]),
  ],
  [
    'a tool chosen by name, and its result afterwards',
    {
      tools: [WEATHER],
      messages: [
        ...FRANCE,
        {
          role: 'assistant',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '21 degrees' },
      ],
    },
    ({ choices }) => {
      expect(choices).toMatchObject([{ finish: 'stop', calls: [] }]);
      expect(choices[0]?.content).toContain('21 degrees');
    },
  ],
  [
    'tools that must not be called',
    { tools: [WEATHER], tool_choice: 'none', messages: [{ role: 'user', content: 'the weather' }] },
    ({ choices }) => expect(choices).toMatchObject([{ finish: 'stop', calls: [] }]),
  ],
  [
    'one tool of several, for want of parallel calls',
    {
      tools: [WEATHER, TIME],
      parallel_tool_calls: false,
      messages: [{ role: 'user', content: 'The weather and the time in Paris?' }],
    },
    ({ choices }) =>
      expect(choices).toMatchObject([{ finish: 'tool_calls', calls: [{ name: 'get_weather' }] }]),
  ],
  [
    'several tools at once',
    { tools: [WEATHER, TIME], messages: [{ role: 'user', content: 'The weather and the time in Paris?' }] },
    ({ choices }) =>
      expect(choices).toMatchObject([
        { finish: 'tool_calls', calls: [{ name: 'get_weather' }, { name: 'get_time' }] },
      ]),
  ],
  [
    'the tool that tool_choice names, which ends with stop',
    { tools: [WEATHER, TIME], tool_choice: { type: 'function', function: { name: 'get_time' } } },
    ({ choices }) => expect(choices).toMatchObject([{ finish: 'stop', calls: [{ name: 'get_time' }] }]),
  ],
  [
    'a tool of those that tool_choice allows',
    {
      tools: [WEATHER, TIME],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'get_time' } }] },
      },
    },
    ({ choices }) => expect(choices).toMatchObject([{ finish: 'tool_calls', calls: [{ name: 'get_time' }] }]),
  ],
  [
    'members that change nothing here',
    {
      user: 'someone',
      temperature: 0.2,
      top_p: 0.9,
      presence_penalty: -1,
      frequency_penalty: 1,
      logit_bias: { 50256: -100 },
      metadata: { run: '7' },
      store: false,
      service_tier: 'auto',
      reasoning_effort: 'low',
    },
    ({ choices }) => expect(choices).toMatchObject([{ content: PARIS, finish: 'stop' }]),
  ],
  [
    'logprobs',
    { logprobs: true },
    ({ choices }) => {
      const tokens = choices[0]?.logprobs ?? [];
      expect(tokens.map(({ token }) => token).join('')).toBe(PARIS);
      for (const { token, bytes, logprob, top_logprobs } of tokens) {
        expect(Buffer.from(bytes ?? []).toString()).toBe(token);
        expect(logprob).toBeLessThanOrEqual(0);
        expect(top_logprobs).toEqual([]);
      }
    },
  ],
  [
    'top_logprobs: the likeliest first, the token among them, no more than certain together',
    { logprobs: true, top_logprobs: 20, n: 2 },
    ({ choices }) => {
      expect(choices).toHaveLength(2);
      for (const { token, top_logprobs } of choices.flatMap(({ logprobs }) => logprobs)) {
        const likely = top_logprobs.map(({ logprob }) => logprob);
        expect(likely).toHaveLength(20);
        expect(likely).toEqual([...likely].sort((a, b) => b - a));
        expect(new Set(top_logprobs.map((one) => one.token)).size).toBe(20);
        expect(top_logprobs.map((one) => one.token)).toContain(token);
        expect(likely.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeLessThanOrEqual(1.0001);
      }
    },
  ],
  [
    'no logprobs of tool calls',
    { tools: [WEATHER], tool_choice: 'required', logprobs: true },
    ({ choices }) => expect(choices).toMatchObject([{ logprobs: [], calls: [{ name: 'get_weather' }] }]),
  ],
  [
    'response_format json_object',
    {
      response_format: { type: 'json_object' },
      messages: [{ role: 'user', content: 'The capital of France, as JSON?' }],
    },
    ({ choices }) => expect(JSON.parse(choices[0]?.content ?? '')).toEqual({ answer: expect.any(String) }),
  ],
  [
    'response_format json_object, for a prompt that wants no more than that',
    { response_format: { type: 'json_object' }, messages: [{ role: 'user', content: 'Some JSON, please' }] },
    ({ choices }) => expect(JSON.parse(choices[0]?.content ?? '')).toMatchObject({ name: 'Ada Lovelace' }),
  ],
  [
    'response_format json_schema',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'city', strict: true, schema: CITY_SCHEMA },
      },
    },
    ({ choices }) => {
      const city = JSON.parse(choices[0]?.content ?? '');
      expect(city).toEqual({ name: expect.any(String), people: expect.any(Number) });
      expect(city.people % 1 === 0 && city.people >= 1 && city.people <= 9).toBe(true);
    },
  ],
];

const MODES = { whole, streamed };

describe.each(Object.entries(MODES))('%s', (_mode, call) => {
  test.each(CALLS)('%s', async (_name, body, check) => {
    const outcome = await call(await client(), { model: 'sim-instant', messages: FRANCE, ...body });
    check(outcome);
    const { usage } = outcome;
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  });

  test('reasoning comes first and is counted', async () => {
    const { url } = await simulatorForTest();
    const openai = new OpenAI({
      baseURL: `${url}/v1`,
      apiKey: 'none',
      defaultHeaders: { 'x-sim-reasoning-tokens': '12' },
    });
    const { choices, usage } = await call(openai, { model: 'sim-instant', messages: FRANCE });
    expect(choices[0]?.content).toBe(PARIS);
    expect(choices[0]?.reasoning).toMatch(/^The question has to be understood/);
    expect(usage).toMatchObject({
      completion_tokens: 12 + 7,
      completion_tokens_details: { reasoning_tokens: 12 },
    });
  });

  test.each([
    ['400', 400],
    ['401', 401],
    ['404', 404],
    ['429', 429],
    ['500', 500],
    ['503', 503],
  ])('status %s is the error of that status', async (name, status) => {
    const failure = await call(await client(), { model: `sim-fault-${name}`, messages: FRANCE }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ status });
  });
});

test('a seed gives the same answer again, and each answer an id of its own', async () => {
  const openai = await client();
  const ask = (seed: number): Promise<OpenAI.ChatCompletion> =>
    openai.chat.completions.create({
      model: 'sim-instant',
      messages: [{ role: 'user', content: 'Why do cats purr?' }],
      n: 4,
      seed,
    });
  const texts = ({ choices }: OpenAI.ChatCompletion): unknown[] =>
    choices.map(({ message }) => message.content);
  const [first, second, other] = [await ask(7), await ask(7), await ask(8)];
  expect(texts(second)).toEqual(texts(first));
  expect(texts(other)).not.toEqual(texts(first));
  expect(second.id).not.toBe(first.id);
});

test('the first and the last event of a stream hold the logprobs of no token', async () => {
  const openai = await client();
  const stream = await openai.chat.completions.create({
    model: 'sim-instant',
    messages: FRANCE,
    logprobs: true,
    stream: true,
  });
  const logprobs: unknown[] = [];
  for await (const { choices } of stream) logprobs.push(choices[0]?.logprobs);
  expect(logprobs.at(0)).toEqual({ content: [], refusal: null });
  expect(logprobs.at(-1)).toBeNull();
});

test('a stream is iterated chunk by chunk, and can be aborted', async () => {
  const openai = await client();
  const stream = await openai.chat.completions.create({
    model: 'sim-fault-hang-mid',
    messages: FRANCE,
    stream: true,
    n: 1,
  });
  let text = '';
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text === 'The capital of France') stream.controller.abort();
  }
  expect(text).toBe('The capital of France');
});

test('an error in the middle of a stream is thrown', async () => {
  const openai = await client();
  const stream = await openai.chat.completions.create({
    model: 'sim-fault-error-mid',
    messages: FRANCE,
    stream: true,
  });
  await expect(
    (async () => {
      for await (const _ of stream);
    })(),
  ).rejects.toThrow(/had an error while processing/);
});

test('a reset connection is a connection error, or told as one', async () => {
  const openai = await client();
  const failure = await openai.chat.completions
    .create({ model: 'sim-fault-reset', messages: FRANCE })
    .catch((error: unknown) => error);
  expect(failure instanceof APIConnectionError || failure instanceof TypeError).toBe(true);
});

test('a refusal with Retry-After is retried by the package', async () => {
  const { url, stats } = await simulatorForTest();
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 1 });
  await expect(openai.chat.completions.create({ model: 'sim-fault-500', messages: FRANCE })).rejects.toThrow(
    /simulated/,
  );
  expect(stats().requests).toBe(2);
});

test('models are listed and described', async () => {
  const openai = await client();
  const ids: string[] = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  expect(ids).toEqual(expect.arrayContaining(['gpt-4o', 'sim-slow', 'sim-fault-reset']));
  expect(await openai.models.retrieve('sim-echo')).toMatchObject({ id: 'sim-echo', object: 'model' });
});
