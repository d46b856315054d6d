import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { WireFormat } from '../../src/common/chat/wire-formats.js';
import { answerMessage } from '../../src/connector/messages.js';
import type { ChatMessage } from '../../src/index.js';
import { OpenAIStreamConnector } from '../../src/index.js';
import { type TestDaemon, testDaemon } from '../support/protocol/daemon.js';
import { sseEvents, startUpstream } from '../support/servers/upstream.js';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await testDaemon();
});
afterAll(() => daemon.close());

const CALL = { index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } };
const events = (...values: object[]): string[] => sseEvents(...values.map((value) => JSON.stringify(value)));
const deltas = (...values: object[]): string[] => [
  ...events(...values.map((delta) => ({ choices: [{ index: 0, delta }] }))),
  ...events({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
];
const EXTRA = { google: { thought_signature: 'sig' } };
const THINKING = { type: 'thinking', thinking: 'Look.', signature: 'EqQB' };

interface Strict {
  api: WireFormat;
  calls: string[];
  /** Members that the message with the calls must have when the results are sent. */
  wants: object;
}

/** Providers that refuse tool results when data that came with the calls is missing. */
const STRICT: Record<string, Strict> = {
  DeepSeek: {
    api: 'chat-completions',
    calls: deltas({ reasoning_content: 'Look.' }, { tool_calls: [CALL] }),
    wants: { reasoning_content: 'Look.', tool_calls: [{ id: 'c1' }] },
  },
  OpenRouter: {
    api: 'chat-completions',
    calls: deltas(
      { reasoning: 'Look.', reasoning_details: [{ type: 'reasoning.text', text: 'Look.', signature: 's' }] },
      { tool_calls: [CALL] },
    ),
    wants: { reasoning_details: [{ type: 'reasoning.text', text: 'Look.', signature: 's' }] },
  },
  Gemini: {
    api: 'chat-completions',
    calls: deltas({ tool_calls: [{ ...CALL, extra_content: EXTRA }] }),
    wants: { tool_calls: [{ id: 'c1', extra_content: EXTRA }] },
  },
  Anthropic: {
    api: 'anthropic',
    calls: events(
      { type: 'message_start', message: { model: 'm', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { ...THINKING, thinking: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Look.' } },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 'c1', name: 'weather' },
      },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ),
    wants: { content: [THINKING, { type: 'tool_use', id: 'c1' }] },
  },
};

test.each(Object.entries(STRICT))(
  '%s receives the data of its calls again with the results',
  async (_name, { api, calls, wants }) => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(calls.join(''));
    });
    onTestFinished(() => upstream.close());
    const connector = new OpenAIStreamConnector(
      {
        openai: { api_key: 'none', base_url: upstream.url, model: 'm', api },
        simulator: { enabled: false },
      },
      { socketPath: daemon.path },
    );
    onTestFinished(() => connector.close());
    const messages: ChatMessage[] = [{ role: 'user', content: 'Weather?' }];
    const answer = await connector.exchange(messages);
    const result: ChatMessage = { role: 'tool', tool_call_id: 'c1', content: 'rain' };
    await connector.exchange([...messages, answerMessage(answer), result]);
    const second = JSON.parse((await upstream.request(1)).body.toString()) as { messages: unknown[] };
    expect(second.messages[1]).toMatchObject(wants);
  },
);
