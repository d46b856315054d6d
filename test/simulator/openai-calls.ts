import type OpenAI from 'openai';
import { expect } from 'vitest';
import { FRANCE, PARIS } from './chat-client.js';

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

export type Body = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>;

/** The result of a call, streamed or not. */
export interface Outcome {
  choices: {
    content: string;
    reasoning: string;
    finish: string;
    logprobs: readonly OpenAI.ChatCompletionTokenLogprob[];
    calls: { name: string; arguments: unknown }[];
  }[];
  usage: OpenAI.CompletionUsage | undefined;
}

/** Calls by the official package, and the expected results, streamed or not. */
export const CALLS: [name: string, body: Partial<Body>, check: (outcome: Outcome) => void][] = [
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
    'a tool that the prompt names',
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
    'one of several tools, when parallel calls are off',
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
    'one of the tools that tool_choice allows',
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
    'members without an effect',
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
    'top_logprobs: the likeliest first, including the token, with a total probability of at most 1',
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
    'response_format json_object, for a prompt that only requests JSON',
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
