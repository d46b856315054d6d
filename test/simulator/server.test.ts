import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CONNECTION_CONFIRMED } from '../../src/simulator/answers/about.js';
import { LONG_TEXT } from '../../src/simulator/answers/long.js';
import { MODELS } from '../../src/simulator/models.js';
import { type ExchangeRecord, SimulatorStartError, startSimulator } from '../../src/simulator/server.js';
import { tokenise } from '../../src/simulator/tokens.js';
import {
  contentOf,
  deltaOf,
  eventsOf,
  eventually,
  isChunk,
  postChat,
  readCompletion,
  receive,
  simulatorForTest,
} from './chat-client.js';
import { createFakeClock } from './fake-clock.js';

const FRANCE = [{ role: 'user', content: 'What is the capital of France?' }];
const PARIS = 'The capital of France is Paris.';

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

  test('ends with its usage when asked for, and every other chunk then has a null one', async () => {
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

  test('waits for a reader that is slow, and then goes on to the end', async () => {
    const simulator = await simulatorForTest({ ttftMs: 0, tokensPerSecond: 100_000 });
    // The model's name is in every chunk: 40 MB in all, more than sockets hold.
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
    'is cut by %s, with finish_reason length',
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

  test('reads content given as parts, ignores members it does not know, and needs no /v1', async () => {
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
  test('/v1/models lists every name that means something, also with a slash at the end', async () => {
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

  test('/test_completion confirms the connection at once, whatever the body', async () => {
    const { url } = await simulatorForTest();
    for (const body of ['', '{}', 'not json']) {
      const answer = await (await fetch(`${url}/test_completion`, { method: 'POST', body })).json();
      expect(answer).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: CONNECTION_CONFIRMED }, finish_reason: 'stop' }],
      });
    }
  });

  test('/health tells who answers and how busy it is', async () => {
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

describe('a client that hangs up', () => {
  test.each(['sim-slow', 'sim-fault-hang'])('before the first byte frees its %s stream', async (model) => {
    const exchanges: ExchangeRecord[] = [];
    const simulator = await simulatorForTest({ onExchange: (exchange) => exchanges.push(exchange) });
    const hangUp = new AbortController();
    const pending = postChat(simulator, { model, stream: true }, hangUp.signal).catch(() => 'gone');
    await eventually(() => simulator.stats().streamsOpen === 1);
    hangUp.abort();
    expect(await pending).toBe('gone');
    await eventually(() => simulator.stats().streamsOpen === 0);
    expect(exchanges).toEqual([expect.objectContaining({ model, completed: false, tokens: 0 })]);
    expect(exchanges[0]).not.toHaveProperty('status');
  });

  test('in the middle frees its stream and leaves no timer', async () => {
    const clock = createFakeClock();
    const exchanges: ExchangeRecord[] = [];
    const simulator = await simulatorForTest({
      clock,
      ttftMs: 0,
      onExchange: (exchange) => exchanges.push(exchange),
    });
    const hangUp = new AbortController();
    await postChat(simulator, { model: 'sim-400tps', stream: true }, hangUp.signal);
    await clock.advance(25);
    expect(simulator.stats()).toMatchObject({ streamsOpen: 1, tokensSent: 11 });
    expect(clock.waiting).toBe(1);
    hangUp.abort();
    await eventually(() => exchanges.length === 1);
    expect(simulator.stats().streamsOpen).toBe(0);
    expect(clock.waiting).toBe(0);
    expect(exchanges[0]).toMatchObject({ status: 200, tokens: 11, durationMs: 25, completed: false });
  });
});

describe('pacing', () => {
  test('follows the clock exactly: 400 tokens a second are one every 2.5 ms', async () => {
    const clock = createFakeClock();
    const simulator = await simulatorForTest({ clock, ttftMs: 0 });
    const response = await postChat(simulator, { model: 'sim-400tps', messages: FRANCE, stream: true });
    const received = receive(response);
    const sentAfter: number[] = [];
    for (const stepMs of [0, 2.4, 0.1, 2.4, 0.1, 5]) {
      await clock.advance(stepMs);
      sentAfter.push(simulator.stats().tokensSent);
    }
    expect(sentAfter).toEqual([1, 1, 2, 2, 3, 5]);
    await clock.jump(1_000);
    expect(contentOf(eventsOf((await received).text))).toBe(PARIS);
  });

  test('sends the headers shortly before the first token', async () => {
    const clock = createFakeClock();
    const simulator = await simulatorForTest({ clock, ttftMs: 1_000 });
    const pending = postChat(simulator, { messages: FRANCE, model: 'm', stream: true });
    await eventually(() => clock.waiting === 1);
    await clock.advance(600);
    expect(simulator.stats()).toMatchObject({ streamsOpen: 1, tokensSent: 0 });
    while (simulator.stats().tokensSent === 0) await clock.advance(1);
    const response = await pending;
    const headersMs = Number(response.headers.get('openai-processing-ms'));
    expect(clock.now() - headersMs).toBeGreaterThan(15);
    expect(clock.now() - headersMs).toBeLessThan(60);
    await clock.advance(60_000);
    await receive(response);
  });

  test('on the real clock: 50 ms to the first token and 200 a second hold within generous bounds', async () => {
    const simulator = await simulatorForTest({ ttftMs: 50, tokensPerSecond: 200 });
    const sentMs = performance.now();
    const response = await postChat(simulator, { model: 'm', max_tokens: 101, stream: true });
    let ttftMs = 0;
    let text = '';
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString();
      if (ttftMs === 0 && /"content":"[^"]/.test(text)) ttftMs = performance.now() - sentMs;
    }
    const streamMs = performance.now() - sentMs - ttftMs;
    expect(ttftMs).toBeGreaterThan(30);
    expect(ttftMs).toBeLessThan(250);
    expect(streamMs).toBeGreaterThan(380);
    expect(streamMs).toBeLessThan(800);
  });

  test('is the same in every run with a seed, text and ids included', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const simulator = await simulatorForTest({ seed });
      const answers = [];
      for (const content of ['Why do cats purr?', 'And dogs?', 'And cows?']) {
        const answer = await readCompletion(
          await postChat(simulator, { messages: [{ role: 'user', content }] }),
        );
        answers.push({ id: answer.id, choices: answer.choices });
        // Requests in between change nothing.
        await fetch(`${simulator.url}/health`);
      }
      return answers;
    };
    expect(await run(4)).toEqual(await run(4));
    expect(await run(4)).not.toEqual(await run(5));
  });
});

describe('starting and closing', () => {
  test('a port in use is told with a way out', async () => {
    const { port } = await simulatorForTest();
    const failure = await startSimulator({ port }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulatorStartError);
    expect(failure).toMatchObject({
      code: 'EADDRINUSE',
      message: `The simulator cannot listen on 127.0.0.1:${port}: the port is in use. Choose another with --port, or --port 0 for any free one.`,
    });
  });

  test('an address of another machine is told too', async () => {
    await expect(startSimulator({ port: 0, host: '192.0.2.1' })).rejects.toThrow(/no such address/);
  });

  test.each([{ ttftMs: Number.NaN }, { ttftMs: -5 }, { tokensPerSecond: 0 }, { tokensPerSecond: 1e9 }])(
    'refuses %j',
    async (options) => {
      await expect(startSimulator({ port: 0, ...options })).rejects.toThrow(RangeError);
    },
  );

  test('closing ends a stream in the middle, an answer that hangs, and idle connections', async () => {
    const simulator = await simulatorForTest();
    const streaming = await postChat(simulator, { model: 'sim-slow', stream: true });
    const hanging = postChat(simulator, { model: 'sim-fault-hang' }).catch(() => 'gone');
    await eventually(() => simulator.stats().streamsOpen === 2);
    await simulator.close();
    expect((await receive(streaming)).ending).toBe('broken');
    expect(await hanging).toBe('gone');
    expect(simulator.stats().streamsOpen).toBe(0);
    await expect(fetch(simulator.url)).rejects.toThrow();
    await simulator.close();
  });

  test('its signal closes it, and one that is aborted already keeps it from starting', async () => {
    const stop = new AbortController();
    const { url } = await startSimulator({ port: 0 }, stop.signal);
    stop.abort();
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    await expect(startSimulator({ port: 0 }, stop.signal)).rejects.toBe(stop.signal.reason);
  });

  test('an IPv6 address makes a URL that works', async () => {
    const probe = createServer().listen(0, '::1');
    const available = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    probe.close();
    if (!available) return;
    const { url } = await simulatorForTest({ host: '::1' });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
