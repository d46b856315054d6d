import { expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import { traceparentOf } from '../../../src/runtime/upstream/trace.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpRequest, of } from '../../support/protocol/raw-client.js';
import { startUpstream } from '../../support/servers/upstream.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

test('a traceparent is passed on unchanged', () => {
  expect(traceparentOf(PARENT)).toBe(PARENT);
});

test('a bare trace id gets a new span each time', () => {
  const one = traceparentOf(TRACE);
  expect(one).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(traceparentOf(TRACE)).not.toBe(one);
  expect(traceparentOf('4BF92F35-77B3-4DA6-A3CE-929D0E0E4736')).toContain(TRACE);
});

test.each([
  '',
  'order-42',
  '0'.repeat(32),
  `ff-${TRACE}-00f067aa0ba902b7-01`,
  `00-${TRACE}-0000000000000000-01`,
  `${PARENT}\r\nx: y`,
])('an invalid trace is not passed on: %j', (text) => {
  expect(traceparentOf(text)).toBeUndefined();
});

test('the provider receives the trace, and the request’s own traceparent wins', async () => {
  const daemon = await testDaemon();
  const upstream = await startUpstream({ chunks: ['ok'] });
  try {
    const client = await daemon.client();
    client.send(httpRequest(1n, { method: 'GET', url: upstream.url }, { traceId: TRACE }));
    expect((await upstream.request(0)).headers.traceparent).toContain(TRACE);
    await client.next(of(MessageType.ExecuteResponse, 1n));
    const headers = { Traceparent: PARENT };
    client.send(httpRequest(2n, { method: 'GET', url: upstream.url, headers }, { traceId: 'f'.repeat(32) }));
    expect((await upstream.request(1)).headers.traceparent).toBe(PARENT);
  } finally {
    await daemon.close();
    await upstream.close();
  }
});
