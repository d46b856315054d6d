import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { UNICODE_SAMPLE } from '../../../src/simulator/answers/unicode.js';
import { FAULTS } from '../../../src/simulator/chat/faults.js';
import { REPORTED_FAULTS } from '../../../src/simulator/chat/reported-faults.js';
import type { Simulator } from '../../../src/simulator/server.js';
import {
  constant,
  contentOf,
  eventsOf,
  eventually,
  FRANCE,
  isChunk,
  PARIS,
  postChat,
  type Received,
  readCompletion,
  readError,
  receive,
  simulatorForTest,
} from '../chat-client.js';
import { createFakeClock } from '../timing/fake-clock.js';

const HALF = 'The capital of France';

interface Probe {
  simulator: Simulator;
  post(stream: boolean, signal?: AbortSignal): Promise<Response>;
  /** Reads a streamed answer. */
  stream(): Promise<Awaited<ReturnType<typeof receive>> & { status: number; type: string | null }>;
}

function refusal(status: number, code: string | null): (probe: Probe) => Promise<void> {
  return async ({ post }) => {
    for (const stream of [true, false]) {
      const response = await post(stream);
      expect(response.status).toBe(status);
      const error = await readError(response);
      expect(error).toMatchObject({ code, message: expect.stringContaining('simulated') });
      if (status === 429) expect(response.headers.get('retry-after')).toBe('2');
    }
  };
}

const finishReasons = (events: readonly unknown[]): unknown[] =>
  events
    .filter(isChunk)
    .flatMap(({ choices }) => choices.map((choice) => choice.finish_reason))
    .filter(Boolean);

const EXPECTED: Record<string, (probe: Probe) => Promise<void>> = {
  '400': refusal(400, 'invalid_request'),
  '401': refusal(401, 'invalid_api_key'),
  '404': refusal(404, 'model_not_found'),
  '429': refusal(429, 'rate_limit_exceeded'),
  '500': refusal(500, null),
  '503': refusal(503, null),

  html: async ({ stream }) => {
    const { status, type, text } = await stream();
    expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    expect(text).toContain('<h1>Sign in');
  },

  empty: async ({ stream }) => {
    expect(await stream()).toMatchObject({ status: 200, text: '', ending: 'end' });
  },

  cut: async ({ stream, post }) => {
    const { text, ending } = await stream();
    expect(ending).toBe('end');
    expect(contentOf(eventsOf(text))).toBe(HALF);
    expect(finishReasons(eventsOf(text))).toEqual([]);
    expect(text).not.toContain('[DONE]');
    await expect((await post(false)).json()).rejects.toThrow(SyntaxError);
  },

  reset: async ({ stream, post }) => {
    const { text, ending } = await stream();
    expect(ending).toBe('broken');
    expect(contentOf(eventsOf(text))).toBe(HALF);
    const whole = await receive(await post(false));
    expect(whole.ending).toBe('broken');
    expect(whole.text).toMatch(/^\{"id":"chatcmpl-/);
  },

  hang: async ({ simulator, post }) => {
    const hangUp = new AbortController();
    const pending = post(true, hangUp.signal).then(
      () => 'answered',
      () => 'hung',
    );
    await eventually(() => simulator.stats().streamsOpen === 1);
    await sleep(150);
    expect(simulator.stats().streamsOpen).toBe(1);
    hangUp.abort();
    expect(await pending).toBe('hung');
  },

  'hang-mid': async ({ simulator, post }) => {
    const hangUp = new AbortController();
    const received = receive(await post(true, hangUp.signal));
    await eventually(() => simulator.stats().tokensSent === 4);
    await sleep(150);
    expect(simulator.stats()).toMatchObject({ streamsOpen: 1, tokensSent: 4 });
    hangUp.abort();
    const { text, ending } = await received;
    expect(ending).toBe('broken');
    expect(contentOf(eventsOf(text))).toBe(HALF);
  },

  malformed: async ({ stream, post }) => {
    const { text } = await stream();
    const broken = text.split('\n\n').filter((event) => event !== '' && !parses(event));
    expect(broken).toHaveLength(1);
    const sound = text.replace(`${broken[0]}\n\n`, '');
    expect(contentOf(eventsOf(sound))).toBe(PARIS);
    expect(finishReasons(eventsOf(sound))).toEqual(['stop']);
    expect(sound).toMatch(/data: \[DONE\]\n\n$/);
    await expect((await post(false)).json()).rejects.toThrow(SyntaxError);
  },

  'error-mid': async ({ stream, post }) => {
    const { text, ending } = await stream();
    expect(ending).toBe('end');
    const events = eventsOf(text);
    expect(contentOf(events)).toBe(HALF);
    expect(events.at(-1)).toEqual({ error: expect.objectContaining({ type: 'server_error' }) });
    expect((await post(false)).status).toBe(500);
  },

  'no-done': async ({ stream, post }) => {
    const { text } = await stream();
    expect(text).not.toContain('[DONE]');
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    expect(finishReasons(eventsOf(text))).toEqual(['stop']);
    expect((await readCompletion(await post(false))).choices[0].message.content).toBe(PARIS);
  },

  'split-utf8': async () => {
    // On the real clock, pieces that are due at once are sent together.
    const { parts, text } = await onFakeClock('sim-fault-split-utf8');
    expect(contentOf(eventsOf(text))).toBe(UNICODE_SAMPLE);
    expect(parts.filter(endsInsideCharacter).length).toBeGreaterThan(10);
  },

  crlf: async ({ stream, post }) => {
    const { text } = await stream();
    expect(text).not.toMatch(/(?<!\r)\n/);
    expect(contentOf(eventsOf(text.replaceAll('\r\n', '\n')))).toBe(PARIS);
    expect((await readCompletion(await post(false))).choices[0].message.content).toBe(PARIS);
  },

  drip: async ({ post }) => {
    // On the real clock, pieces that are due at once are sent together.
    const { parts, text, durationMs } = await onFakeClock('sim-fault-drip');
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    // 16 bytes every 10 ms: the answer has some 2,000.
    expect(durationMs).toBeGreaterThan((text.length / 16) * 10 * 0.9);
    expect(parts.length).toBeGreaterThan(10);
    expect((await readCompletion(await post(false))).choices[0].message.content).toBe(PARIS);
  },

  'huge-event': async ({ stream }) => {
    const { text } = await stream();
    expect(Math.max(...text.split('\n\n').map((event) => event.length))).toBeGreaterThan(2 ** 20);
    expect(contentOf(eventsOf(text))).toBe(PARIS);
  },

  comments: async ({ stream }) => {
    const { text } = await stream();
    const [comments, events] = [/^: keep-alive$/gm, /^data: /gm].map((line) => text.match(line)?.length);
    expect(comments).toBe(events);
    expect(contentOf(eventsOf(text.replaceAll(': keep-alive\n\n', '')))).toBe(PARIS);
  },
};

/** Reads a streamed answer of a simulator whose clock moves by one millisecond at a time. */
async function onFakeClock(model: string): Promise<Received & { durationMs: number }> {
  const clock = createFakeClock();
  let durationMs = Number.NaN;
  const simulator = await simulatorForTest({
    clock,
    settings: { ttft: constant(1), gap: constant(2) },
    onExchange: (exchange) => {
      durationMs = exchange.durationMs;
    },
  });
  let received: Received | undefined;
  void postChat(simulator, { model, messages: FRANCE, stream: true }).then(async (response) => {
    received = await receive(response);
  });
  while (received === undefined || Number.isNaN(durationMs)) await clock.advance(1);
  return { ...received, durationMs };
}

function parses(event: string): boolean {
  const data = event.replace('data: ', '');
  try {
    JSON.parse(data);
    return true;
  } catch {
    return data === '[DONE]';
  }
}

function endsInsideCharacter(bytes: Buffer): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const start = bytes.findIndex((byte) => byte >> 6 !== 0b10);
  try {
    decoder.decode(bytes.subarray(Math.max(start, 0)));
    return false;
  } catch {
    return true;
  }
}

test('every fault has an expectation in this file', () => {
  const here = Object.keys(FAULTS).filter((name) => !Object.hasOwn(REPORTED_FAULTS, name));
  expect(Object.keys(EXPECTED).sort()).toEqual(here.sort());
});

test.each(Object.entries(EXPECTED))(
  'sim-fault-%s fails as its name says, and the simulator continues',
  async (name, expectation) => {
    const simulator = await simulatorForTest({ settings: { ttft: constant(1), gap: constant(2) } });
    const post = (stream: boolean, signal?: AbortSignal): Promise<Response> =>
      postChat(
        simulator,
        {
          model: `sim-fault-${name}`,
          messages: [{ role: 'user', content: 'What is the capital of France?' }],
          stream,
        },
        signal,
      );
    await expectation({
      simulator,
      post,
      stream: async () => {
        const response = await post(true);
        return {
          ...(await receive(response)),
          status: response.status,
          type: response.headers.get('content-type'),
        };
      },
    });
    expect((await postChat(simulator, {})).status).toBe(200);
  },
);
