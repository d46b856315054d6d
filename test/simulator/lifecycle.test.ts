import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ExchangeRecord } from '../../src/simulator/http/exchange-record.js';
import { holdSimulator } from '../../src/simulator/http/hold.js';
import { SimulatorStartError, startSimulator } from '../../src/simulator/server.js';
import {
  constant,
  contentOf,
  eventsOf,
  eventually,
  FRANCE,
  PARIS,
  postChat,
  readCompletion,
  receive,
  simulatorForTest,
} from './chat-client.js';
import { createFakeClock } from './timing/fake-clock.js';

describe('a client that disconnects', () => {
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
      settings: { ttft: constant(0) },
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
    const simulator = await simulatorForTest({ clock, settings: { ttft: constant(0) } });
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
    const simulator = await simulatorForTest({ clock, settings: { ttft: constant(1_000) } });
    const pending = postChat(simulator, { messages: FRANCE, model: 'm', stream: true });
    await eventually(() => clock.waiting === 1);
    await clock.advance(600);
    expect(simulator.stats()).toMatchObject({ streamsOpen: 1, tokensSent: 0 });
    while (simulator.stats().tokensSent === 0) await clock.advance(1);
    const response = await pending;
    const headersMs = Number(response.headers.get('openai-processing-ms'));
    expect(headersMs).toBe(970);
    await clock.advance(60_000);
    await receive(response);
  });

  test('on the real clock no token is sent early', async () => {
    const simulator = await simulatorForTest({ settings: { ttft: constant(50), gap: constant(5) } });
    const sentMs = performance.now();
    const response = await postChat(simulator, { model: 'm', max_tokens: 101, stream: true });
    let text = '';
    const early: string[] = [];
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString();
      const tokens = text.match(/"content":"[^"]/g)?.length ?? 0;
      const atMs = performance.now() - sentMs;
      // 2 ms, because a timer may fire a moment before it is due.
      if (tokens > 0 && atMs < 50 + 5 * (tokens - 1) - 2) early.push(`token ${tokens} after ${atMs} ms`);
    }
    expect(text.match(/"content":"[^"]/g)).toHaveLength(101);
    expect(early).toEqual([]);
  });

  test('is the same in every run with a seed, text and ids included', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const simulator = await simulatorForTest({ settings: { seed } });
      const answers = [];
      for (const content of ['Why do cats purr?', 'And dogs?', 'And cows?']) {
        const answer = await readCompletion(
          await postChat(simulator, { messages: [{ role: 'user', content }] }),
        );
        answers.push({ id: answer.id, choices: answer.choices });
        // Requests in between make no difference.
        await fetch(`${simulator.url}/health`);
      }
      return answers;
    };
    expect(await run(4)).toEqual(await run(4));
    expect(await run(4)).not.toEqual(await run(5));
  });
});

describe('a hold', () => {
  const never = new AbortController().signal;

  test('keeps the simulator busy until the hold is released or the simulator ends', async () => {
    const simulator = await simulatorForTest();
    const held = await holdSimulator(new URL(simulator.url), never);
    const other = await holdSimulator(new URL(simulator.url), never);
    expect([simulator.busy, held?.held, other?.held]).toEqual([2, true, true]);
    held?.release();
    await eventually(() => simulator.busy === 1);
    expect(held?.held).toBe(false);
    await simulator.close();
    await eventually(() => other?.held === false);
  });

  test('fails without a server, and works with any other server', async () => {
    const simulator = await simulatorForTest();
    await simulator.close();
    expect(await holdSimulator(new URL(simulator.url), never)).toBeUndefined();
    const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const held = await holdSimulator(new URL(`http://127.0.0.1:${address.port}`), never);
    expect(held).toBeDefined();
    held?.release();
    server.close();
  });

  test('an aborted signal ends the wait for it', async () => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const stop = new AbortController();
    const waiting = holdSimulator(new URL(`http://127.0.0.1:${address.port}`), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    silent.close();
  });
});

describe('starting and closing', () => {
  test('the error for a port in use says what to do', async () => {
    const { port } = await simulatorForTest();
    const failure = await startSimulator({ port }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulatorStartError);
    expect(failure).toMatchObject({
      code: 'EADDRINUSE',
      message: `choose another port with --port, or --port 0 for any free one: the simulator cannot listen on 127.0.0.1:${port}, because the port is in use`,
    });
  });

  test('an address of another machine is an error, too', async () => {
    await expect(startSimulator({ port: 0, host: '192.0.2.1' })).rejects.toThrow(
      /does not have that address/,
    );
  });

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

  test('its signal closes it, and an already aborted signal prevents the start', async () => {
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
