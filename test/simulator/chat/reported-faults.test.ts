import { once } from 'node:events';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { REPORTED_FAULTS } from '../../../src/simulator/chat/reported-faults.js';
import type { Simulator } from '../../../src/simulator/server.js';
import {
  constant,
  contentOf,
  eventsOf,
  FRANCE,
  PARIS,
  postChat,
  receive,
  simulatorForTest,
} from '../chat-client.js';

interface Probe {
  simulator: Simulator;
  post(body?: Record<string, unknown>, signal?: AbortSignal): Promise<Response>;
  /** The text of a streamed answer. */
  stream(body?: Record<string, unknown>): Promise<string>;
}

const choicesOf = (events: readonly unknown[]): Record<string, unknown>[] =>
  events.flatMap((event) =>
    typeof event === 'object' && event !== null && 'choices' in event && Array.isArray(event.choices)
      ? event.choices
      : [],
  );
const refused =
  (member: string, status: number, words: string) =>
  async ({ post, stream }: Probe): Promise<void> => {
    const response = await post({ [member]: member === 'max_tokens' ? 9 : {}, stream: true });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(words);
    expect(contentOf(eventsOf(await stream()))).toBe(PARIS);
  };

const EXPECTED: Record<string, (probe: Probe) => Promise<void>> = {
  bursts: async ({ post }) => {
    const { parts, text } = await receive(await post({ stream: true }));
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    // A busy reader gets both at once.
    expect(parts.length).toBeLessThanOrEqual(2);
  },
  gzip: async ({ simulator }) => {
    for (const stream of [true, false]) {
      const { headers, body } = await plainPost(simulator, {
        model: 'sim-fault-gzip',
        messages: FRANCE,
        stream,
      });
      expect(headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(body).toString()).toContain('France');
    }
  },
  'gzip-401': async ({ post, simulator }) => {
    const response = await post({ stream: true });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    const { headers } = await plainPost(simulator, { model: 'sim-fault-gzip-401', messages: FRANCE });
    expect(headers['content-encoding']).toBe('gzip');
  },
  'no-stream-options': refused(
    'stream_options',
    400,
    'Unrecognized request argument supplied: stream_options',
  ),
  'no-stream-options-422': refused('stream_options', 422, 'extra_forbidden'),
  'no-max-tokens': refused('max_tokens', 400, "Use 'max_completion_tokens' instead"),
  'number-content': async ({ stream }) => {
    const pieces = choicesOf(eventsOf(await stream())).map(({ delta }) => Object(delta).content);
    expect(pieces.filter((piece) => typeof piece === 'number')).toEqual([0.005]);
  },
  'typed-content': async ({ stream, post }) => {
    const pieces = choicesOf(eventsOf(await stream())).flatMap(({ delta }) => Object(delta).content ?? []);
    expect(pieces.every((piece) => piece.type === 'text')).toBe(true);
    expect(pieces.map((piece) => piece.text).join('')).toBe(PARIS);
    const [choice] = choicesOf([await (await post()).json()]);
    expect(choice?.message).toMatchObject({ content: [{ type: 'text', text: PARIS }] });
  },
  'usage-names': async ({ stream }) => {
    const events = eventsOf(await stream({ stream_options: { include_usage: true } }));
    expect(events.at(-2)).toMatchObject({ usage: { input_tokens: expect.any(Number), output_tokens: 7 } });
  },
  abort: async ({ stream }) => {
    const events = eventsOf(await stream());
    expect(contentOf(events)).toBe('The capital of France');
    expect(choicesOf(events).at(-1)?.finish_reason).toBe('abort');
    expect(events.at(-1)).toBe('[DONE]');
  },
  'no-done-open': async ({ simulator, post }) => {
    const hangUp = new AbortController();
    const response = await post({ stream: true }, hangUp.signal);
    let text = '';
    const reader = response.body?.getReader();
    while (!text.includes('"stop"')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    expect(simulator.stats().streamsOpen).toBe(1);
    hangUp.abort();
  },
  'error-in-200': async ({ post }) => {
    const response = await post({ stream: true });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: null, base_resp: { status_code: 1008 } });
  },
  'router-502': async ({ post }) => {
    const response = await post();
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { metadata: { raw: expect.any(String) } } });
  },
  'validator-422': async ({ post }) => {
    const response = await post();
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['body', 'messages', 0, 'content'] }] });
  },
};

/** As a client that accepts no compression, and decodes none. */
async function plainPost(
  { url }: Simulator,
  body: object,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  const sent = request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
  });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { headers: response.headers, body: Buffer.concat(parts) };
}

test('every reported fault has an expectation in this file', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(REPORTED_FAULTS).sort());
});

test.each(Object.entries(EXPECTED))(
  'sim-fault-%s behaves as its name says, and the simulator continues',
  async (name, expectation) => {
    const simulator = await simulatorForTest({ settings: { ttft: constant(1), gap: constant(20) } });
    const post: Probe['post'] = (body = {}, signal) =>
      postChat(simulator, { model: `sim-fault-${name}`, messages: FRANCE, ...body }, signal);
    await expectation({
      simulator,
      post,
      stream: async (body = {}) => (await receive(await post({ stream: true, ...body }))).text,
    });
    expect((await postChat(simulator, {})).status).toBe(200);
  },
);

test.each(['responses', 'messages'])('faults of chat completions do not change /v1/%s', async (route) => {
  const { url } = await simulatorForTest({ settings: { ttft: constant(0), gap: constant(0) } });
  const ask = async (model: string): Promise<string> => {
    const response = await fetch(`${url}/v1/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', 'x-sim-seed': '1' },
      body: JSON.stringify({
        model,
        input: 'hello',
        messages: [{ role: 'user', content: 'hello' }],
        max_tokens: 9,
        stream: true,
      }),
    });
    expect(response.status).toBe(200);
    return (await response.text()).replaceAll(model, 'm');
  };
  for (const name of ['number-content', 'typed-content', 'usage-names', 'abort']) {
    expect(await ask(`sim-fault-${name}`)).not.toContain('choices');
  }
});
