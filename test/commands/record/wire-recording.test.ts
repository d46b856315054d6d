import { expect, test } from 'vitest';
import { createWireRecording } from '../../../src/commands/record/wire-recording.js';
import type { StreamEvent } from '../../../src/sdk/index.js';

const chunk = (text: string, atMs: number, offsetUs?: number): StreamEvent => ({
  type: 'chunk',
  data: Buffer.from(text),
  sequence: 0,
  atMs,
  ...(offsetUs !== undefined && { offsetUs }),
});
const start = (timings: object, buffered = false): StreamEvent => ({
  type: 'start',
  statusCode: 200,
  headers: { 'content-type': 'text/event-stream' },
  timings: { reused: false, attempts: 1, ...timings },
  buffered,
  atMs: 1300,
});

test('times count from when the daemon had sent the request', () => {
  const recording = createWireRecording('m', 1000);
  recording.take(start({ connectUs: 40_000, sentUs: 50_000, firstByteUs: 250_000 }));
  recording.take(chunk('a', 1320, 260_000));
  recording.take(chunk('b', 1900, 290_000));
  const recorded = recording.end('end');
  expect(recorded).toMatchObject({ model: 'm', stream: true, status: 200, headersMs: 200, ending: 'end' });
  expect(recorded?.parts.map(({ atMs, bytes }) => [atMs, Buffer.from(bytes).toString()])).toEqual([
    [210, 'a'],
    [240, 'b'],
  ]);
});

test('a daemon without timings leaves the times of this process', () => {
  const recording = createWireRecording('m', 1000);
  recording.take(start({}, true));
  recording.take(chunk('all of it', 1310));
  expect(recording.end('broken')).toMatchObject({ headersMs: 300, parts: [{ atMs: 310 }], ending: 'broken' });
});

test('no answer yields no recording', () => {
  expect(createWireRecording('m', 0).end('broken')).toBeUndefined();
});
