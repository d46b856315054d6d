import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AnswerEvent,
  answerMessage,
  type ChatMessage,
  type OpenAIStreamConnector,
} from '../../src/index.js';
import { type Connected, connectedTo } from '../support/chat/connected.js';
import { deltaOf, FINISH, type Handler, serveScript, sseEvents } from '../support/servers/upstream.js';

let connected: Connected;
let connector: OpenAIStreamConnector;
let answer: Handler;

beforeEach(async () => {
  answer = serveScript({ chunks: sseEvents(deltaOf('Hel'), deltaOf('lo'), FINISH, '[DONE]') });
  connected = await connectedTo((request, response, raw) => answer(request, response, raw));
  connector = connected.connector;
});
afterEach(() => connected.close());

const sentBody = async (index = 0): Promise<Record<string, unknown>> =>
  JSON.parse((await connected.upstream.request(index)).body.toString());

describe('an answer as an async iterator', () => {
  test('yields its start, headers, each delta, its end, and last the answer', async () => {
    const events: AnswerEvent[] = [];
    for await (const event of connector.stream('Hi')) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'request',
      'headers',
      'text',
      'text',
      'finish',
      'done',
    ]);
    expect(events.at(-1)).toMatchObject({
      answer: { outcome: 'complete', text: 'Hello', finishReason: 'stop', metrics: { chunks: 2 } },
    });
  });

  test('leaving the loop early stops the request at the provider', async () => {
    answer = serveScript({ chunks: sseEvents(deltaOf('a'), deltaOf('b')), end: 'hang' });
    for await (const event of connector.stream('Hi')) if (event.type === 'text') break;
    expect(await (await connected.upstream.request(0)).ended).toBe('hung up');
  });

  test('an aborted answer ends as cancelled with the text so far', async () => {
    answer = serveScript({ chunks: sseEvents(deltaOf('a')), end: 'hang' });
    const aborter = new AbortController();
    let last: AnswerEvent | undefined;
    for await (const event of connector.stream('Hi', { signal: aborter.signal })) {
      if (event.type === 'text') aborter.abort();
      last = event;
    }
    expect(last).toMatchObject({ type: 'done', answer: { outcome: 'cancelled', text: 'a' } });
    expect(await (await connected.upstream.request(0)).ended).toBe('hung up');
  });

  test('a failure is in the answer and is not thrown', async () => {
    answer = serveScript({ status: 401, contentType: 'application/json', chunks: ['{}'] });
    const events: AnswerEvent[] = [];
    for await (const event of connector.stream('Hi')) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['start', 'request', 'headers', 'error', 'done']);
    expect(events.at(-1)).toMatchObject({ answer: { outcome: 'error', error: { statusCode: 401 } } });
  });

  test('a slow loop slows the provider down and loses nothing', async () => {
    const piece = 'x'.repeat(64 * 1024);
    // Larger than the buffers of all sockets together.
    const pieces = 512;
    let sent = 0;
    answer = serveScript({
      chunks: sseEvents(...Array.from({ length: pieces }, () => deltaOf(piece)), FINISH, '[DONE]'),
      onSend: (index) => {
        sent = index;
      },
    });
    let length = 0;
    let sentWhilePaused = pieces;
    for await (const event of connector.stream('Hi')) {
      if (event.type !== 'text') continue;
      if (length === 0) {
        // The provider fills the window, the sockets and the daemon; then it must stop sending.
        let before = -1;
        while (before !== sent) {
          before = sent;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        sentWhilePaused = sent;
      }
      length += event.text.length;
    }
    expect(sentWhilePaused).toBeLessThan(pieces - 1);
    expect(length).toBe(pieces * piece.length);
  });
});

describe('the request', () => {
  test('the request has model, temperature, token limit and any further member', async () => {
    await connector.exchange([{ role: 'user', content: 'Hi' }], {
      model: 'other',
      temperature: 0.5,
      maxTokens: 7,
      body: { seed: 3, stream_options: {} },
    });
    expect(await sentBody()).toEqual({
      model: 'other',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: {},
      temperature: 0.5,
      max_tokens: 7,
      seed: 3,
    });
  });

  test('images and tool results are sent unchanged; an answer with tool calls becomes a message', async () => {
    const call = { id: 'c1', name: 'get_time', arguments: '{}' };
    const messages: ChatMessage[] = [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
      answerMessage({ text: '', toolCalls: [call] }),
      { role: 'tool', content: '12:00', tool_call_id: 'c1' },
      answerMessage({ text: 'Noon.', toolCalls: [] }),
    ];
    await connector.exchange(messages);
    const { messages: sent } = await sentBody();
    expect(sent).toEqual(messages);
    expect(messages[1]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_time', arguments: '{}' } }],
    });
    expect(messages[3]).toEqual({ role: 'assistant', content: 'Noon.' });
  });
});

describe('the list of models', () => {
  const json = (body: unknown, status = 200): Handler =>
    serveScript({ status, contentType: 'application/json', chunks: [JSON.stringify(body)] });

  test.each([
    ['in OpenAI’s form', { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }],
    ['as a bare list', [{ id: 'b' }, { id: 'a' }]],
    ["in Ollama's form", { models: [{ name: 'b' }, { name: 'a' }] }],
  ])('%s', async (_name, body) => {
    answer = json(body);
    expect(await connector.listModels()).toEqual(['b', 'a']);
    expect(await connected.upstream.request(0)).toMatchObject({
      path: '/v1/models',
      headers: { authorization: 'Bearer sk-test' },
    });
  });

  test.each([
    [
      'a refused key',
      json({ error: { message: 'bad key' } }, 401),
      /answered 401: bad key. Check the API key/,
    ],
    ['something else', json({ hello: 1 }), /^check base_url: .* is not a list of models/],
    ['an error with status 200', json({ error: { message: 'no quota' } }), /with an error: no quota/],
    ['a web page', serveScript({ contentType: 'text/html', chunks: ['<html>'] }), /^check base_url/],
  ])('%s is an error that gives the reason', async (_name, handler, message) => {
    answer = handler;
    await expect(connector.listModels()).rejects.toThrow(message);
  });
});

test('connect, testConnection and listModels can be aborted', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(connector.connect({ signal })).rejects.toBe(reason);
  await expect(connector.testConnection({ signal })).rejects.toBe(reason);
  await expect(connector.listModels({ signal })).rejects.toBe(reason);

  const aborter = new AbortController();
  answer = () => {};
  const testing = connector.testConnection({ signal: aborter.signal });
  const request = await connected.upstream.request(0);
  aborter.abort(reason);
  await expect(testing).rejects.toBe(reason);
  expect(await request.ended).toBe('hung up');
});
