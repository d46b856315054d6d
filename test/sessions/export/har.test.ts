import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conversationIn } from '../../../src/connector/request-body.js';
import { toHar } from '../../../src/sessions/export/har.js';
import { harSchema } from '../../support/texts/json-schema.js';
import { ask, exchange, fakeClock, openedStore } from '../fixtures.js';
import { har } from './har-schema.js';
import { sample, sessions, withTools } from './samples.js';

test('every HAR export is valid HAR 1.2', () => {
  const valid = harSchema();
  fc.assert(
    fc.property(fc.array(sessions, { maxLength: 2 }), (some) => {
      expect(valid(JSON.parse(toHar(some, '1.0.0', conversationIn))), JSON.stringify(valid.errors)).toBe(
        true,
      );
    }),
    { numRuns: 100 },
  );
  expect(valid({ log: { version: '1.2', creator: { name: 'x' }, entries: [] } })).toBe(false);
});

test('HAR 1.2: the file is valid, and its timings add up', () => {
  const session = sample();
  const log = har.parse(JSON.parse(toHar([session], '1.0.0', conversationIn))).log;
  expect(log.entries).toHaveLength(3);
  const [first, , failed] = log.entries;
  expect(first).toMatchObject({
    pageref: session.id,
    time: 2000,
    request: { method: 'POST', url: 'https://api.openai.com/v1/chat/completions' },
    response: { status: 200, content: { text: 'a1' } },
    timings: { blocked: 0.4, dns: 2, connect: 30, ssl: 20, send: 0.5, wait: 160 },
  });
  expect(first?.timings.receive).toBeCloseTo(2000 - 192.9, 6);
  expect(failed).toMatchObject({ response: { status: 429, content: { text: 'slow down' } }, time: 40 });
  for (const { time, timings } of log.entries) {
    const { blocked, dns, connect, send, wait, receive } = timings;
    const sum = [blocked, dns, connect, send, wait, receive].reduce(
      (total, ms) => total + Math.max(0, ms),
      0,
    );
    expect(sum).toBeCloseTo(time, 6);
  }
});

test('an answer that was cut off has its status, and an answer that never began has no status', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('cut');
  const error = { class: 'Transient', message: 'reset', hop: 'provider', statusCode: null };
  ask(store, id, 'q', 'half an ans', null, { error, outcome: 'truncated' });
  ask(store, id, 'q', '', null, { error, outcome: 'error', metrics: { elapsedMs: 40 } });
  const { entries } = JSON.parse(toHar([store.load(id)], '1.0.0', conversationIn)).log;
  expect(entries).toMatchObject([
    { _resourceType: 'fetch', response: { status: 200, content: { text: 'half an ans' } } },
    { _resourceType: 'fetch', response: { status: 0 } },
  ]);
});

test('HAR has the whole request, although its conversation was saved as messages', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const first = ask(store, id, 'q1', 'a1');
  const system = { role: 'system', content: 'be brief' };
  const request = { model: 'm', stream: true, messages: [system] };
  ask(store, id, 'q2', 'a2', first.answer, { request });
  const log = har.parse(JSON.parse(toHar([store.load(id)], '1.0.0', conversationIn))).log;
  const bodies = log.entries.map((entry) => JSON.parse(entry.request.postData?.text ?? ''));
  expect(bodies).toEqual([
    exchange().request,
    {
      ...request,
      messages: [
        system,
        { role: 'user', content: 'q1' },
        { role: 'assistant', content: 'a1' },
        { role: 'user', content: 'q2' },
      ],
    },
  ]);
});

test('HAR names the time of failed attempts and redirects, and counts it as blocked', () => {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('retried');
  const hops = { client_to_daemon: 1, retries: 500, redirects: 40, queue: 2, send: 1, wait: 60 };
  ask(store, id, 'q', 'a', null, { metrics: { ttfbMs: 604, e2eMs: 700, hops } });
  const { timings } = JSON.parse(toHar([store.load(id)], '1.0.0', conversationIn)).log.entries[0];
  expect(timings).toMatchObject({ blocked: 543, _retries: 500, _redirects: 40, _queue: 2, wait: 60 });
});

test('HAR has images, tool calls, their results and refusals in the format of a chat completion', () => {
  const session = withTools();
  const [first, second] = har.parse(JSON.parse(toHar([session], '1.0.0', conversationIn))).log.entries;
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'look', arguments: '{"at":"```"}' },
  };
  expect(JSON.parse(first?.response.content.text ?? '')).toEqual({
    role: 'assistant',
    content: null,
    reasoning_content: 'I should\nlook.',
    tool_calls: [call],
  });
  expect(JSON.parse(second?.request.postData?.text ?? '').messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'q' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
      ],
    },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'a dot' },
  ]);
  expect(JSON.parse(second?.response.content.text ?? '')).toMatchObject({ refusal: 'No.' });
});
