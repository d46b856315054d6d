import OpenAI, { APIConnectionError, APIError } from 'openai';
import { describe, expect, test } from 'vitest';
import { FRANCE, PARIS, simulatorForTest } from './chat-client.js';
import { type Body, CALLS, type Outcome } from './openai-calls.js';

// The official package with the real simulator, over a real socket.

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

/** Uses the package's own helper to assemble a stream, which also checks it. */
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

test('a seed gives the same answer again, with a new id for each answer', async () => {
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

test('the first and the last event of a stream have no logprobs', async () => {
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

test('a reset connection is a connection error', async () => {
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

test('tools whose input is a text are accepted, and never called', async () => {
  const openai = await client();
  const code: OpenAI.ChatCompletionTool = { type: 'custom', custom: { name: 'run' } };
  const weather: OpenAI.ChatCompletionTool = { type: 'function', function: { name: 'get_weather' } };
  const ask = (tools: OpenAI.ChatCompletionTool[]) =>
    openai.chat.completions.create({
      model: 'sim-tools',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools,
    });
  expect((await ask([code])).choices[0]?.message.tool_calls).toBeUndefined();
  expect((await ask([code, weather])).choices[0]?.message.tool_calls).toMatchObject([
    { function: { name: 'get_weather' } },
  ]);
  await expect(ask([{ type: 'telepathy' } as unknown as OpenAI.ChatCompletionTool])).rejects.toThrow(
    "Invalid value for 'tools[0].type': \"telepathy\". Supported values are: 'function', 'custom'.",
  );
});
