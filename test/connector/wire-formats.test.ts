import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { WireFormat } from '../../src/common/chat/wire-formats.js';
import { toAnthropic } from '../../src/connector/wire-formats/anthropic.js';
import { toResponses } from '../../src/connector/wire-formats/responses.js';
import { OpenAIStreamConnector } from '../../src/index.js';
import { FRANCE, PARIS, simulatorForTest } from '../simulator/chat-client.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await testDaemon();
});
afterAll(() => daemon.close());

async function connectorTo(api: WireFormat, stream: boolean): Promise<OpenAIStreamConnector> {
  const { url } = await simulatorForTest();
  const connector = new OpenAIStreamConnector(
    {
      openai: { api_key: 'none', base_url: url, model: 'sim-instant', api, stream },
      simulator: { enabled: false },
    },
    { socketPath: daemon.path },
  );
  onTestFinished(() => connector.close());
  return connector;
}

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'The weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

describe.each<[WireFormat, boolean]>([
  ['responses', true],
  ['responses', false],
  ['anthropic', true],
  ['anthropic', false],
])('%s against the simulator, streamed: %s', (api, stream) => {
  test('an answer is complete, with text and usage', async () => {
    const answer = await (await connectorTo(api, stream)).exchange(FRANCE);
    expect(answer).toMatchObject({ outcome: 'complete', text: PARIS, finishReason: 'stop' });
    expect(answer.usage).toMatchObject({ completionTokens: 7 });
  });

  test('a token limit ends the answer with finish reason length', async () => {
    const answer = await (await connectorTo(api, stream)).exchange(
      [{ role: 'user', content: 'Explain how a computer works.' }],
      { maxTokens: 16 },
    );
    expect(answer).toMatchObject({ outcome: 'complete', finishReason: 'length' });
  });

  test('the model calls a tool and receives its result', async () => {
    const connector = await connectorTo(api, stream);
    const messages = [{ role: 'user' as const, content: 'What is the weather in Bern?' }];
    const options = { body: { tools: TOOLS } };
    const answer = await connector.exchange(messages, options);
    const [call] = answer.toolCalls;
    expect(answer).toMatchObject({ outcome: 'complete', finishReason: 'tool_calls' });
    expect(call?.name).toBe('get_weather');
    const { id = '', name = '', arguments: args = '' } = call ?? {};
    expect(JSON.parse(args)).toHaveProperty('city');
    const second = await connector.exchange(
      [
        ...messages,
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id, type: 'function', function: { name, arguments: args } }],
        },
        { role: 'tool', tool_call_id: id, content: 'Sunny' },
      ],
      options,
    );
    expect(second).toMatchObject({ outcome: 'complete', malformedEvents: 0 });
  });

  test('a refused request is an error with its status', async () => {
    const answer = await (await connectorTo(api, stream)).exchange(FRANCE, { temperature: 9 });
    expect(answer).toMatchObject({ outcome: 'error', error: { statusCode: 400 } });
  });
});

const CHAT = {
  model: 'm',
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: 9,
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c', content: 'done' },
    { role: 'user', content: 'Go on' },
  ],
  tools: TOOLS,
};

test("a conversation is converted to Anthropic's Messages API", () => {
  const { function: tool } = TOOLS[0] ?? { function: undefined };
  expect(toAnthropic({ ...CHAT, stop: 'END' })).toEqual({
    model: 'm',
    stream: true,
    system: 'Be brief.',
    max_tokens: 9,
    stop_sequences: ['END'],
    tools: [{ name: 'get_weather', description: 'The weather', input_schema: tool?.parameters }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c', content: 'done' },
          { type: 'text', text: 'Go on' },
        ],
      },
    ],
  });
});

test("a conversation is converted to OpenAI's Responses API", () => {
  expect(toResponses({ ...CHAT, reasoning_effort: 'low' })).toEqual({
    model: 'm',
    stream: true,
    store: false,
    max_output_tokens: 9,
    reasoning: { effort: 'low' },
    tools: [{ type: 'function', ...TOOLS[0]?.function }],
    input: [
      { role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
        ],
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c', output: 'done' },
      { role: 'user', content: [{ type: 'input_text', text: 'Go on' }] },
    ],
  });
});
