import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeEvents } from '../../src/connector/decoded-events.js';
import type { WireEvent } from '../../src/connector/types.js';
import {
  type ChatEvent,
  createChatStream,
  type OpenAIStreamConnector,
  type StreamEvent,
} from '../../src/index.js';
import { type Connected, connectedTo } from '../support/chat/connected.js';
import { compressed, cutAt, FORMS, flushed, nameOf } from '../support/servers/compress.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../support/servers/upstream.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };

/** Returns the chat events of an answer whose bytes the daemon passed on. */
async function read(header: string, pieces: readonly Uint8Array[]): Promise<unknown> {
  const events: ChatEvent[] = [];
  const chat = createChatStream(HEAD, (event) => events.push(event));
  const decoded = decodeEvents((event) => {
    if (event.type === 'chunk') chat.feed(event.data);
  });
  const timings = { reused: false, attempts: 1 };
  const headers = { 'content-encoding': header };
  await decoded.onEvent({ type: 'start', statusCode: 200, headers, timings, buffered: false, atMs: 0 });
  for (const [sequence, data] of pieces.entries()) {
    await decoded.onEvent({ type: 'chunk', data, sequence, offsetUs: 1, atMs: 1 } satisfies StreamEvent);
  }
  await decoded.end();
  decoded.close();
  return [chat.end({ kind: 'closed' }), events];
}

test('a compressed text yields the same events as an uncompressed one, for every split', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 12 }),
      fc.array(fc.constantFrom(...FORMS), { minLength: 1, maxLength: 2 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 }),
      async (texts, forms, shares) => {
        const bytes = Buffer.from(sseEvents(...texts.map(deltaOf), FINISH, '[DONE]').join(''));
        const body = forms.reduce<Uint8Array>((inner, form) => compressed(form, inner), bytes);
        const plain = await read('', [bytes]);
        expect(await read(forms.map(nameOf).join(', '), cutAt(body, shares))).toEqual(plain);
      },
    ),
    { numRuns: 200 },
  );
});

describe('with a daemon', () => {
  let connected: Connected;
  let connector: OpenAIStreamConnector;
  let answer: Handler;

  beforeEach(async () => {
    connected = await connectedTo((request, response, raw) => answer(request, response, raw));
    connector = connected.connector;
  });
  afterEach(() => connected.close());

  const sends =
    (status: number, coding: string, body: Uint8Array, contentType = 'application/json'): Handler =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': contentType, 'content-encoding': coding }).end(body);
    };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const ask = () => connector.exchange([{ role: 'user', content: 'hi' }]);

  test.each(FORMS)(
    'each delta of a stream in %s arrives before the provider sends the next',
    async (form) => {
      const sent = await flushed(
        form,
        sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH, '[DONE]').map(Buffer.from),
      );
      let delivered = Promise.withResolvers<void>();
      answer = async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': nameOf(form) });
        for (const [index, piece] of sent.entries()) {
          delivered = Promise.withResolvers();
          response.write(piece);
          if (index < 2) await delivered.promise;
        }
        response.end();
      };
      const deltas: string[] = [];
      const result = await connector.exchange([{ role: 'user', content: 'hi' }], {
        onDelta(text) {
          deltas.push(text);
          delivered.resolve();
        },
      });
      expect(deltas).toEqual(['Hel', 'lo']);
      expect(result).toMatchObject({
        outcome: 'complete',
        text: 'Hello',
        metrics: { chunks: 2, arrivals: 2 },
      });
      const { bytes, compressed: told_ } = result.metrics;
      expect(bytes).toBe(Buffer.concat(sent).length);
      expect(told_).toEqual({
        coding: nameOf(form),
        decodedBytes: sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH, '[DONE]').join('').length,
      });
    },
  );

  test.each(FORMS)('the client reads the message of an error in %s', async (form) => {
    const body = compressed(form, json({ error: { message: 'Incorrect API key provided.' } }));
    answer = sends(401, nameOf(form), body);
    const { outcome, error } = await ask();
    expect(outcome).toBe('error');
    expect(error).toMatchObject({ statusCode: 401, hop: 'provider' });
    expect(error?.message).toContain('answered 401: Incorrect API key provided.');
  });

  test.each(['gzip', 'deflate', 'zstd'] as const)(
    'a stream in %s is decoded as it comes although no header names its coding',
    async (form) => {
      const events = sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH, '[DONE]');
      const sent = await flushed(form, events.map(Buffer.from));
      let delivered = Promise.withResolvers<void>();
      answer = async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const [index, piece] of sent.entries()) {
          delivered = Promise.withResolvers();
          response.write(piece);
          if (index < 2) await delivered.promise;
        }
        response.end();
      };
      const result = await connector.exchange([{ role: 'user', content: 'hi' }], {
        onDelta: () => delivered.resolve(),
      });
      expect(result).toMatchObject({ outcome: 'complete', text: 'Hello', metrics: { arrivals: 2 } });
      expect(result.metrics).toMatchObject({
        bytes: Buffer.concat(sent).length,
        compressed: { coding: form, decodedBytes: events.join('').length },
      });
    },
  );

  test('an error, a refusal and a list of models are read from gzip that no header names', async () => {
    const plainly =
      (status: number, value: unknown): Handler =>
      (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(compressed('gzip', json(value)));
      };
    answer = plainly(401, { error: { message: 'Incorrect API key provided.' } });
    expect((await ask()).error?.message).toContain('answered 401: Incorrect API key provided.');
    answer = plainly(200, { data: [{ id: 'm' }] });
    expect(await connector.listModels()).toEqual(['m']);
    const refusing = plainly(400, { error: { message: 'Unrecognized request argument: stream_options' } });
    answer = (request, response, raw) => {
      if ('stream_options' in JSON.parse(request.body.toString())) return refusing(request, response, raw);
      response.end(compressed('gzip', Buffer.from(sseEvents(deltaOf('Hello'), FINISH).join(''))));
      return undefined;
    };
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('a body that was compressed twice is read although the header names one coding', async () => {
    const completion = json({
      choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
    });
    answer = sends(200, 'gzip', compressed('gzip', compressed('gzip', completion)));
    const { metrics, ...result } = await ask();
    expect(result).toMatchObject({ outcome: 'complete', text: 'Hello' });
    expect(metrics.compressed).toEqual({ coding: 'gzip, gzip', decodedBytes: completion.length });
  });

  test.each([
    ['text', (body: Buffer) => body],
    ['a known coding', (body: Buffer) => compressed('gzip', body)],
  ])('the name of an unknown coding does not matter when the body is in %s', async (_title, encode) => {
    const completion = json({
      choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
    });
    answer = sends(200, 'text/event-stream', encode(completion));
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('a body that only begins like gzip is an error that names the damage', async () => {
    answer = (_request, response) => void response.end(Buffer.from([0x1f, 0x8b, 0xff, 0xff, 1, 2, 3]));
    expect((await ask()).error?.message).toContain('sent a gzip body that is damaged');
  });

  test('the client reads a completion in JSON with two stacked codings', async () => {
    const completion = json({
      choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
    });
    answer = sends(200, 'gzip, br', compressed('br', compressed('gzip', completion)));
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
  });

  test('an error names the unknown coding and the status', async () => {
    answer = sends(200, 'lzma', Buffer.from('?'));
    const { outcome, error } = await ask();
    expect(outcome).toBe('error');
    expect(error?.message).toMatch(
      /^127\.0\.0\.1:\d+ sent a body with the content coding "lzma", which can't be read/,
    );
    answer = sends(401, 'lzma', Buffer.from('?'));
    const refused = await ask();
    expect(refused.error).toMatchObject({ statusCode: 401 });
    expect(refused.error?.message).toMatch(
      /answered 401\. Check the API key\. \S+ sent a body with the content coding "lzma"/,
    );
  });

  test('a damaged body is an error, and the text before the damage is kept', async () => {
    const [first = Buffer.alloc(0)] = await flushed('gzip', sseEvents(deltaOf('Hel')).map(Buffer.from));
    const delivered = Promise.withResolvers<void>();
    answer = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      response.write(first);
      await delivered.promise;
      response.end(Buffer.alloc(100, 0xff));
    };
    const { outcome, text, error } = await connector.exchange([{ role: 'user', content: 'hi' }], {
      onDelta: () => delivered.resolve(),
    });
    expect({ outcome, text }).toEqual({ outcome: 'error', text: 'Hel' });
    expect(error?.message).toContain('sent a gzip body that is damaged');
    expect(error?.isRetryable()).toBe(true);
  });

  test('a body that ends early is a truncated answer with an error that names the missing part', async () => {
    const [first = Buffer.alloc(0)] = await flushed('gzip', sseEvents(deltaOf('Hel')).map(Buffer.from));
    answer = sends(200, 'gzip', first, 'text/event-stream');
    const { outcome, text, error } = await ask();
    expect({ outcome, text }).toEqual({ outcome: 'truncated', text: 'Hel' });
    expect(error?.message).toContain('ended its gzip body before the end of what is encoded');
  });

  test('a whole answer is complete even without the end of its coding', async () => {
    const sent = await flushed('gzip', sseEvents(deltaOf('Hello'), FINISH).map(Buffer.from));
    answer = sends(200, 'gzip', Buffer.concat(sent.slice(0, -1)), 'text/event-stream');
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
    expect((await ask()).error).toBeUndefined();
  });

  test('the client decodes a list of models', async () => {
    answer = sends(200, 'zstd', compressed('zstd', json({ data: [{ id: 'm' }] })));
    expect(await connector.listModels()).toEqual(['m']);
    answer = sends(403, 'gzip', compressed('gzip', json({ error: { message: 'No such project.' } })));
    await expect(connector.listModels()).rejects.toThrow('answered 403: No such project.');
    answer = sends(403, 'gzip', Buffer.alloc(30, 0xff));
    await expect(connector.listModels()).rejects.toThrow(
      'answered 403, and sent a gzip body that is damaged',
    );
  });

  test('the client reads a compressed refusal and sends the request without the member', async () => {
    answer = (request, response) => {
      const refused = 'stream_options' in JSON.parse(request.body.toString());
      const refusal = compressed(
        'br',
        json({ error: { message: 'Unrecognized request argument: stream_options' } }),
      );
      if (refused) response.writeHead(400, { 'content-encoding': 'br' }).end(refusal);
      else response.end(sseEvents(deltaOf('Hello'), FINISH).join(''));
    };
    expect(await ask()).toMatchObject({ outcome: 'complete', text: 'Hello' });
    expect(connected.upstream.requests).toHaveLength(2);
  });

  test('a recording has the decoded bytes with their arrival times', async () => {
    const sent = await flushed('gzip', sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH).map(Buffer.from));
    answer = sends(200, 'gzip', Buffer.concat(sent), 'text/event-stream');
    const wire: WireEvent[] = [];
    await connector.exchange([{ role: 'user', content: 'hi' }], { onWire: (event) => wire.push(event) });
    const chunks = wire.flatMap((event) => (event.type === 'chunk' ? [event] : []));
    expect(Buffer.concat(chunks.map(({ data }) => data)).toString()).toBe(
      sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH).join(''),
    );
    expect(chunks.every(({ offsetUs }) => offsetUs !== undefined)).toBe(true);
  });
});
