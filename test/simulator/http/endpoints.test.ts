import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CONNECTION_CONFIRMED } from '../../../src/simulator/answers/about.js';
import { LONG_TEXT } from '../../../src/simulator/answers/long.js';
import { tokenise } from '../../../src/simulator/chat/tokens.js';
import { MODELS } from '../../../src/simulator/models.js';
import {
  constant,
  contentOf,
  deltaOf,
  eventsOf,
  eventually,
  FRANCE,
  isChunk,
  PARIS,
  postChat,
  readCompletion,
  receive,
  simulatorForTest,
} from '../chat-client.js';

describe('a streamed completion', () => {
  test('is a role chunk, one chunk a token, a finish_reason chunk and [DONE]', async () => {
    const simulator = await simulatorForTest();
    const response = await postChat(simulator, { messages: FRANCE, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);

    const events = eventsOf((await receive(response)).text);
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.filter(isChunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      ...['The', ' capital', ' of', ' France', ' is', ' Paris', '.'].map((content) => ({ content })),
      {},
    ]);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([...Array(8).fill(null), 'stop']);
    expect(new Set(chunks.map((chunk) => JSON.stringify({ ...chunk, choices: 0 }))).size).toBe(1);
    expect(chunks[0]).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w{24}$/),
      object: 'chat.completion.chunk',
      model: 'sim-instant',
    });
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  test('has no content in its first event when a call of a tool follows', async () => {
    const simulator = await simulatorForTest();
    const tools = [{ type: 'function', function: { name: 'get_weather' } }];
    const response = await postChat(simulator, {
      messages: FRANCE,
      stream: true,
      tools,
      tool_choice: 'required',
    });
    expect(deltaOf(eventsOf((await receive(response)).text)[0])).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
    });
  });

  test('ends with its usage if requested, and every other chunk then has a null usage', async () => {
    const simulator = await simulatorForTest();
    const response = await postChat(simulator, {
      messages: FRANCE,
      stream: true,
      stream_options: { include_usage: true },
    });
    const events = eventsOf((await receive(response)).text);
    const [usage, done] = events.slice(-2);
    expect(done).toBe('[DONE]');
    expect(usage).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 15, completion_tokens: 7, total_tokens: 22 },
    });
    for (const event of events.slice(0, -2)) expect(event).toHaveProperty('usage', null);
  });

  test('gives the same answer as one that is not streamed', async () => {
    const simulator = await simulatorForTest();
    const messages = [{ role: 'user', content: 'Show me emoji and other scripts' }];
    const streamed = eventsOf((await receive(await postChat(simulator, { messages, stream: true }))).text);
    const whole = await readCompletion(await postChat(simulator, { messages }));
    expect(contentOf(streamed)).toBe(whole.choices[0].message.content);
    const pieces = streamed.filter((event) => deltaOf(event)?.content).length;
    expect(whole.usage.completion_tokens).toBe(pieces);
    expect(whole.usage.total_tokens).toBe(whole.usage.prompt_tokens + pieces);
  });

  test('waits for a slow reader, and then continues to the end', async () => {
    const simulator = await simulatorForTest({ settings: { ttft: constant(0), gap: constant(0) } });
    // The model's name is in every chunk, so the answer has 40 MB, which is more than the sockets' buffers.
    const response = await postChat(simulator, {
      model: 'm'.repeat(20_000),
      messages: [{ role: 'user', content: 'Write a long text' }],
      stream: true,
    });
    let sent = -1;
    while (sent !== simulator.stats().tokensSent) {
      sent = simulator.stats().tokensSent;
      await sleep(100);
    }
    expect(sent).toBeLessThan([...tokenise(LONG_TEXT)].length);
    expect(contentOf(eventsOf((await receive(response)).text))).toBe(LONG_TEXT);
  });
});

describe('a whole completion', () => {
  test('is one JSON object', async () => {
    const simulator = await simulatorForTest();
    const response = await postChat(simulator, { messages: FRANCE, model: 'anything-goes' });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: 'anything-goes',
      choices: [{ index: 0, message: { role: 'assistant', content: PARIS }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 15, completion_tokens: 7, total_tokens: 22 },
    });
  });

  test.each(['max_tokens', 'max_completion_tokens'])(
    'is truncated by %s, with finish_reason length',
    async (name) => {
      const simulator = await simulatorForTest();
      const cut = await readCompletion(await postChat(simulator, { messages: FRANCE, [name]: 3 }));
      expect(cut.choices[0]).toMatchObject({
        message: { content: 'The capital of' },
        finish_reason: 'length',
      });
      expect(cut.usage.completion_tokens).toBe(3);
      const uncut = await readCompletion(await postChat(simulator, { messages: FRANCE, [name]: 7 }));
      expect(uncut.choices[0]).toMatchObject({ message: { content: PARIS }, finish_reason: 'stop' });
    },
  );

  test.each([
    [' France', 'The capital of'],
    [['Paris', 'capital'], 'The '],
    [['absent'], PARIS],
    ['', PARIS],
  ])('ends before the stop sequence %j', async (stop, content) => {
    const simulator = await simulatorForTest();
    const answer = await readCompletion(await postChat(simulator, { messages: FRANCE, stop }));
    expect(answer.choices[0]).toMatchObject({ message: { content }, finish_reason: 'stop' });
  });

  test('reads content in parts, ignores unknown members, and works without /v1', async () => {
    const simulator = await simulatorForTest();
    const response = await fetch(`${simulator.url}/chat/completions?api-version=1`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'sim-echo',
        messages: [
          {
            role: 'user',
            content: [{ type: 'text', text: 'one ' }, { type: 'image_url' }, { type: 'text', text: 'two' }],
          },
          { role: 'assistant', content: null, tool_calls: [] },
        ],
        temperature: 0.5,
        unknown: { nested: true },
      }),
    });
    expect((await readCompletion(response)).choices[0].message.content).toBe('one two');
  });
});

describe('the other endpoints', () => {
  test.each(['/openai', '/api', '/openai/deployments/gpt-4o'])(
    'are also where the clients of other providers expect them: below %s',
    async (prefix) => {
      const { url } = await simulatorForTest();
      const path = prefix.includes('deployments')
        ? '/chat/completions?api-version=2024-10-21'
        : '/v1/chat/completions';
      const response = await fetch(`${url}${prefix}${path}`, {
        method: 'POST',
        body: JSON.stringify({ model: 'sim-instant', messages: FRANCE }),
      });
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: PARIS } }] });
    },
  );

  test('are also found by a request with a whole URL, as clients of a proxy send it', async () => {
    const { url, port } = await simulatorForTest();
    const sent = httpRequest({ port, path: `${url}/v1/models/gpt-4?x=/y` }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  test('/v1/models lists every name with a special behaviour, also with a slash at the end', async () => {
    const { url } = await simulatorForTest();
    expect(await (await fetch(`${url}/v1/models/`)).json()).toEqual({
      object: 'list',
      data: MODELS.map(({ id, about }) => ({
        id,
        object: 'model',
        created: expect.any(Number),
        owned_by: 'vastar-tui',
        description: about,
      })),
    });
  });

  test('/v1/models/{model} describes one, listed or not', async () => {
    const { url } = await simulatorForTest();
    const model = async (id: string): Promise<unknown> => (await fetch(`${url}/v1/models/${id}`)).json();
    expect(await model('sim-echo')).toMatchObject({ id: 'sim-echo', object: 'model' });
    expect(await model('sim-250tps')).toMatchObject({ id: 'sim-250tps', description: '250 tokens a second' });
    expect(await model('org%2Fown')).toMatchObject({ id: 'org/own' });
  });

  test('/test_completion confirms the connection at once, for any body', async () => {
    const { url } = await simulatorForTest();
    for (const body of ['', '{}', 'not json']) {
      const answer = await (await fetch(`${url}/test_completion`, { method: 'POST', body })).json();
      expect(answer).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: CONNECTION_CONFIRMED }, finish_reason: 'stop' }],
      });
    }
  });

  test('/health reports the server’s name and how busy it is', async () => {
    const simulator = await simulatorForTest();
    const hanging = new AbortController();
    const pending = postChat(simulator, { model: 'sim-fault-hang' }, hanging.signal).catch(() => 'gone');
    await eventually(() => simulator.stats().streamsOpen === 1);
    expect(await (await fetch(`${simulator.url}/health`)).json()).toEqual({
      name: 'vastar-tui simulator',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptime_ms: expect.any(Number),
      requests: 2,
      streams_open: 1,
      tokens_sent: 0,
    });
    hanging.abort();
    expect(await pending).toBe('gone');
  });
});
