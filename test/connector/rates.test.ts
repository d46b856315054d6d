import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { ChatAnswer } from '../../src/index.js';
import { connectedTo } from '../support/chat/connected.js';
import { sleepInTurns } from '../support/clocks/in-turns.js';
import { forEachTest } from '../support/run/each-test.js';
import { deltaOf, FINISH, type Handler, serveScript, sseEvents } from '../support/servers/upstream.js';
import { lengthOf, speedBounds } from '../support/servers/world.js';

const range = z.tuple([z.number(), z.number()]);
const cases = z
  .array(
    z.object({
      name: z.string(),
      steps: z.array(
        z.union([
          z.object({ wait_ms: z.number() }),
          z.object({ event: z.looseObject({}) }),
          z.object({ raw: z.string() }),
        ]),
      ),
      expect: z.object({
        outcome: z.string(),
        rate: z.optional(z.nullable(range)),
        ttft_ms: z.optional(range),
        e2e_ms: z.optional(range),
      }),
    }),
  )
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'world', 'rates.json'), 'utf8')),
  );
type Case = (typeof cases)[number];

// The tests mostly wait for the provider's pauses, at once.
const current = forEachTest(async () => {
  const provider: { answer: Handler } = { answer: serveScript({}) };
  const connected = await connectedTo((...asked) => provider.answer(...asked), {
    policies: { maxAttempts: 2 },
  });
  return { ...connected, provider };
});

const playing =
  (steps: Case['steps']): Handler =>
  async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const step of steps) {
      if ('wait_ms' in step) await sleepInTurns(step.wait_ms);
      else response.write('raw' in step ? step.raw : `data: ${JSON.stringify(step.event)}\n\n`);
    }
    response.end();
  };

const ask = (): Promise<ChatAnswer> => current().connector.exchange([{ role: 'user', content: 'Hi' }]);

/** A measured time is at least as long as the provider waited; a loaded machine only adds to it. */
const atLeast = (value: number | undefined, limits: [number, number] | undefined): void => {
  if (limits !== undefined) expect(value).toBeGreaterThanOrEqual(limits[0]);
};

describe('providers’ streams through the daemon', () => {
  test.concurrent.each(cases.map((one) => [one.name, one] as const))(
    '%s',
    async (_name, { steps, expect: wanted }) => {
      current().provider.answer = playing(steps);
      const { outcome, metrics } = await ask();
      expect(outcome).toBe(wanted.outcome);
      atLeast(metrics.ttftMs, wanted.ttft_ms);
      atLeast(metrics.e2eMs, wanted.e2e_ms);
      if (wanted.rate === null) expect(metrics.speed.kind).toBe('withheld');
      if (wanted.rate) {
        const planned = lengthOf(steps);
        const plannedAfterFirst = planned - (wanted.ttft_ms?.[0] ?? 0);
        const [least, most] = speedBounds(
          wanted.rate,
          plannedAfterFirst,
          (metrics.e2eMs ?? planned) - planned,
        );
        const { speed } = metrics;
        const rate = speed.kind === 'measured' ? speed.tokensPerSecond : Number.NaN;
        expect(rate).toBeGreaterThanOrEqual(least);
        expect(rate).toBeLessThanOrEqual(most);
      }
    },
  );

  test.concurrent('usage details give reasoning and cached tokens, and output_tokens gives the output tokens', async () => {
    const usageIn = async (name: string): Promise<unknown> => {
      current().provider.answer = playing(cases.find((one) => one.name.startsWith(name))?.steps ?? []);
      return (await ask()).usage;
    };
    expect(await usageIn('hidden reasoning')).toMatchObject({ reasoningTokens: 1000, cachedTokens: 8 });
    expect(await usageIn('usage under other names')).toMatchObject({ promptTokens: 7, completionTokens: 4 });
  });
});

test.concurrent.each([
  ['white space', ['\n\n', 'Hi', ' you']],
  ['a tag of reasoning', ['<think>', 'hm', '</think>', 'Hi']],
  ['the beginning of a tag', ['<', 'b>Hi', '</b>']],
])('a first token that is %s counts when it arrives', async (_name, [first = '', ...rest]) => {
  current().provider.answer = async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvents(deltaOf(first)).join(''));
    await sleepInTurns(200);
    response.write(': keep-alive\n\n');
    await sleepInTurns(100);
    response.end(sseEvents(...rest.map((text) => deltaOf(text)), FINISH, '[DONE]').join(''));
  };
  const { text, metrics } = await ask();
  expect(text.trim()).toMatch(/^(<b>)?Hi/);
  expect((metrics.e2eMs ?? 0) - (metrics.ttftMs ?? 0)).toBeGreaterThanOrEqual(100);
  expect(metrics.arrivals).toBe(2);
});

test.concurrent('a failed attempt and the wait after it are a separate hop, and the hops add up', async () => {
  const whole = serveScript({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  const failing = serveScript({ status: 503, delayMs: 60, contentType: 'application/json', chunks: ['{}'] });
  const { provider, upstream } = current();
  provider.answer = (request, response, raw) =>
    (upstream.requests.length === 1 ? failing : whole)(request, response, raw);
  const { outcome, metrics } = await ask();
  expect(outcome).toBe('complete');
  const { hops, ttftMs = 0, attempts } = metrics;
  expect(attempts).toBe(2);
  // A timer may fire up to a millisecond early.
  expect(hops.retries).toBeGreaterThanOrEqual(59);
  const total = Object.values(hops).reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeCloseTo(ttftMs + (hops.decode ?? 0), 3);
});

test.concurrent('a redirect is a separate hop', async () => {
  const whole = serveScript({ chunks: sseEvents(deltaOf('a'), FINISH, '[DONE]') });
  const { provider, upstream } = current();
  provider.answer = async (request, response, raw) => {
    if (request.path.startsWith('/moved')) return whole(request, response, raw);
    await sleepInTurns(60);
    response.writeHead(307, { location: `${upstream.url}/moved/chat/completions` }).end();
  };
  const { outcome, metrics } = await ask();
  expect(outcome).toBe('complete');
  expect(metrics.hops.redirects).toBeGreaterThanOrEqual(55);
  expect(metrics.hops).not.toHaveProperty('retries');
});

describe('an answer of Claude', () => {
  const block = (index: number, content_block: object) => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const words = Array.from({ length: 30 }, (_, index) => `word${index} `);
  const claude = async (thinking: readonly object[], outputTokens: number) => {
    current().provider.answer = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (...events: readonly object[]) =>
        response.write(sseEvents(...events.map((event) => JSON.stringify(event))).join(''));
      send({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } }, ...thinking);
      send(block(1, { type: 'text', text: '' }));
      for (const text of words) {
        send({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text } });
        await sleepInTurns(5);
      }
      send({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: outputTokens },
      });
      send({ type: 'message_stop' });
      response.end();
    };
    return (await ask()).metrics;
  };

  test.concurrent.each([
    [
      'hides its thinking',
      [
        block(0, { type: 'thinking', thinking: '', signature: '' }),
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } },
      ],
    ],
    ['encrypts its thinking', [block(0, { type: 'redacted_thinking', data: 'EqQB' })]],
  ])('has no speed when it %s, because no count says how long it was', async (_name, thinking) => {
    const { speed, outputTokens, tokensEstimated } = await claude(thinking, 100);
    expect(speed).toEqual({ kind: 'withheld', reason: 'hidden' });
    expect(tokensEstimated).toBe(true);
    expect(outputTokens).toBeLessThan(80);
  });

  test.concurrent('has a speed when it did not think', async () => {
    const { speed, outputTokens, tokensEstimated } = await claude([], 60);
    expect(speed.kind).toBe('measured');
    expect([outputTokens, tokensEstimated]).toEqual([60, false]);
  });
});
