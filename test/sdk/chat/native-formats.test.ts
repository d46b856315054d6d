import { describe, expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';

function read(body: string, contentType = 'text/event-stream'): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType });
  stream.feed(Buffer.from(body));
  return stream.end({ kind: 'closed' });
}

const named = (...events: readonly { type: string; [member: string]: unknown }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

describe("Cohere's own API", () => {
  const start = { type: 'message-start', id: 'c', delta: { message: { role: 'assistant', content: [] } } };
  const content = (part: object) => ({
    type: 'content-delta',
    index: 0,
    delta: { message: { content: part } },
  });
  const end = (finish_reason: string) => ({
    type: 'message-end',
    delta: {
      finish_reason,
      usage: {
        billed_units: { input_tokens: 1, output_tokens: 2 },
        tokens: { input_tokens: 3, output_tokens: 2 },
      },
    },
  });

  test('is read: text, thinking, finish reason and counts', () => {
    const body = named(
      start,
      { type: 'content-start' },
      { type: 'content-start', index: 0, delta: { message: { content: { type: 'text' } } } },
      content({ thinking: 'Hm.' }),
      content({ text: 'Guten ' }),
      content({ text: 'Tag' }),
      { type: 'content-end' },
      end('COMPLETE'),
    );
    expect(read(body)).toMatchObject({
      text: 'Guten Tag',
      reasoning: 'Hm.',
      outcome: 'complete',
      malformedEvents: 0,
      usage: { promptTokens: 3, completionTokens: 2 },
    });
  });

  test('is read: a plan and calls', () => {
    const call = (type: string, tool_calls: object, index = 0) => ({
      type,
      index,
      delta: { message: { tool_calls } },
    });
    const body = named(
      start,
      { type: 'tool-plan-delta', ...{ delta: { message: { tool_plan: 'I look.' } } } },
      call('tool-call-start', { id: 'a', type: 'function', function: { name: 'look', arguments: '' } }),
      call('tool-call-delta', { function: { arguments: '{"at":' } }),
      call('tool-call-delta', { function: { arguments: '"Bern"}' } }),
      { type: 'tool-call-end' },
      end('TOOL_CALL'),
    );
    expect(read(body)).toMatchObject({
      reasoning: 'I look.',
      outcome: 'complete',
      toolCalls: [{ id: 'a', name: 'look', arguments: '{"at":"Bern"}' }],
    });
  });

  test('is read without streaming', () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'Guten Tag' }] };
    expect(
      read(JSON.stringify({ id: 'c', finish_reason: 'MAX_TOKENS', message }), 'application/json'),
    ).toMatchObject({
      text: 'Guten Tag',
      outcome: 'complete',
      finishReason: 'MAX_TOKENS',
    });
  });
});

describe("Ollama's own API", () => {
  const line = (message: object, more: object = { done: false }): string =>
    `${JSON.stringify({ model: 'm', message, ...more })}\n`;

  test('is read: text, thinking, calls and counts', () => {
    const calls = [{ function: { name: 'look', arguments: { at: 'Bern' } } }];
    const counts = { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 2 };
    const body =
      line({ content: '', thinking: 'Hm.' }) +
      line({ content: 'Guten Tag' }) +
      line({ content: '', tool_calls: calls }) +
      line({ content: '' }, counts);
    expect(read(body, 'application/x-ndjson')).toMatchObject({
      text: 'Guten Tag',
      reasoning: 'Hm.',
      outcome: 'complete',
      toolCalls: [{ name: 'look', arguments: '{"at":"Bern"}' }],
      usage: { promptTokens: 3, completionTokens: 2 },
    });
  });

  test('an answer that was cut off is truncated, and one of /api/generate is read', () => {
    expect(read(line({ content: 'Guten ' }), 'application/x-ndjson').outcome).toBe('truncated');
    const lines = [
      '{"response":"Guten ","done":false}',
      '{"response":"Tag","done":true,"done_reason":"length"}',
    ];
    expect(read(lines.join('\n'), 'application/x-ndjson')).toMatchObject({
      text: 'Guten Tag',
      finishReason: 'length',
    });
  });
});

describe("Cloudflare's own API", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

  test('is read as a stream', () => {
    const events = [
      { response: 'Guten ', p: 'ab' },
      { response: 'Tag', p: 'a' },
      { response: '', usage },
    ];
    const body = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
    expect(read(body)).toMatchObject({
      text: 'Guten Tag',
      outcome: 'complete',
      malformedEvents: 0,
      usage: { promptTokens: 3, completionTokens: 2 },
    });
  });

  test('is read without streaming, in its envelope', () => {
    const body = { result: { response: 'Guten Tag', usage }, success: true, errors: [], messages: [] };
    expect(read(JSON.stringify(body), 'application/json')).toMatchObject({
      text: 'Guten Tag',
      outcome: 'complete',
      usage: { completionTokens: 2 },
    });
  });
});

test('only events in an unknown format are an error that names them', () => {
  const { outcome, error } = read(named({ type: 'text_chunk' }, { type: 'finish_chunk' }));
  expect(outcome).toBe('error');
  expect(error?.message).toBe(
    'The provider answered with events in an unknown format (text_chunk). Check api and base_url.',
  );
});

test('only pings are not such an error', () => {
  expect(read(named({ type: 'ping' })).outcome).toBe('truncated');
});

describe('an answer in the format of another API is an error that names the API and the address to use', () => {
  const data = (value: unknown, name?: string): string =>
    `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;
  test.each([
    [
      'watsonx',
      data({ model_id: 'x', results: [{ generated_text: 'Hi', stop_reason: 'not_finished' }] }),
      '/ml/gateway/v1',
    ],
    [
      'Hunyuan',
      data({ Choices: [{ Delta: { Content: 'Hi' } }], Usage: { TotalTokens: 2 } }),
      'hunyuan.cloud.tencent.com/v1',
    ],
    ['Spark', data({ header: { code: 0, status: 2 }, payload: { choices: { text: [] } } }), 'xf-yun.com/v1'],
    ['Yandex', JSON.stringify({ result: { alternatives: [{ message: { text: 'Hi' } }] } }), 'yandex.net/v1'],
    [
      'Mistral',
      data({ type: 'conversation.response.started' }, 'conversation.response.started'),
      'api.mistral.ai/v1',
    ],
    ['LM Studio', data({ type: 'chat.start', model_instance_id: 'm' }, 'chat.start'), 'with /v1'],
    ['Google', data({ event_type: 'interaction.start' }, 'interaction.start'), '/v1beta/openai'],
    [
      'Snowflake',
      data({ delta: { content: [{ type: 'text', text: 'Hi' }] } }, 'message.delta'),
      '/api/v2/cortex/v1',
    ],
    ['AnythingLLM', data({ type: 'textResponseChunk', textResponse: 'Hi', error: false }), '/api/v1/openai'],
    ['RAGFlow', data({ code: 0, message: '', data: { answer: 'Hi' } }), 'chats_openai'],
    ['Coze', data({ type: 'answer', content: 'Hi' }, 'conversation.message.delta'), 'OpenAI-compatible API'],
    ['Dify', data({ event: 'message', answer: 'Hi' }), 'OpenAI-compatible API'],
    ['Flowise', data({ event: 'token', data: 'Hi' }), 'OpenAI-compatible API'],
    ['Replicate', 'event: output\ndata: Hi\n\n', 'OpenAI-compatible API'],
    ['LangServe', data({ run_id: 'r' }, 'metadata'), 'OpenAI-compatible API'],
    ['Gradio', data(['Hi'], 'generating'), 'OpenAI-compatible API'],
    ['AI SDK', data({ type: 'start' }), 'OpenAI-compatible API'],
    ['JSON-RPC', data({ jsonrpc: '2.0', id: 1, result: { kind: 'task' } }), 'OpenAI-compatible API'],
    ['Bedrock', data({ contentBlockDelta: { delta: { text: 'Hi' } } }), '/openai/v1'],
    ['Bedrock', JSON.stringify({ generation: 'Hi', generation_token_count: 1 }), '/openai/v1'],
    ['Bedrock', data({ bytes: 'eyJ0eXBlIjoiY29udGVudCJ9' }), '/openai/v1'],
  ])('%s', (name, body, address) => {
    const { outcome, error } = read(body);
    expect(outcome).toBe('error');
    expect(error?.message).toContain(name);
    expect(error?.message).toContain(address);
  });

  test.each([
    ['a name', data({ run_id: 'r' }, 'metadata')],
    ['another name', 'event: output\ndata: ready\n\n'],
    ['a type', data({ type: 'start' })],
    ['a state', data({ event: 'queue', data: '3' })],
    ['a call', data({ jsonrpc: '2.0', method: 'log' })],
    ['a header', data({ header: { code: 0 }, payload: {} })],
  ])('but not when a gateway sends such an event before a readable answer: %s', (_, event) => {
    const delta = data({ choices: [{ index: 0, delta: { content: 'Hi' } }] });
    expect(read(`${event}${delta}data: [DONE]\n\n`)).toMatchObject({ outcome: 'complete', text: 'Hi' });
  });

  test('an event with such a name inside of an answer changes nothing', () => {
    const delta = data({ choices: [{ index: 0, delta: { content: 'Hi' } }] });
    expect(read(`${delta}${data({ run_id: 'r' }, 'metadata')}data: [DONE]\n\n`)).toMatchObject({
      outcome: 'complete',
      text: 'Hi',
    });
  });
});
