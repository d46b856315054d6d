import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readRecordings } from '../../../src/simulator/recordings/read-recordings.js';
import { formatRecording, type Recording } from '../../../src/simulator/recordings/recording.js';
import { atSpeed, cycleRecordings, recordedTimes } from '../../../src/simulator/recordings/replay.js';
import { constant, postChat, readCompletion, receive, simulatorForTest } from '../chat-client.js';
import { createFakeClock } from '../timing/fake-clock.js';
import { bytes, RECORDING, recordingFile } from './recorded.js';

const CONNECTION = /^(connection|keep-alive|transfer-encoding)$/;

test('a recording gives the times of its tokens, with gaps of 0 between tokens that arrived together', () => {
  expect(recordedTimes([RECORDING])).toEqual({ ttftMs: [100], gapsMs: [30, 0] });
});

test('double speed halves every time and changes nothing else', () => {
  const fast = atSpeed(RECORDING, 2);
  expect([fast.headersMs, ...fast.parts.map(({ atMs }) => atMs)]).toEqual([40, 50, 65, 65.75, 75]);
  expect(fast.parts.map((part) => part.bytes)).toEqual(RECORDING.parts.map((part) => part.bytes));
});

describe('a simulator that replays', () => {
  test('sends the recording at the recorded times', async () => {
    const clock = createFakeClock();
    const simulator = await simulatorForTest({ clock, replay: cycleRecordings([RECORDING]) });
    const pending = postChat(simulator, { model: 'anything', stream: true });
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    const sent: number[] = [];
    for (const stepMs of [80, 19, 1, 29, 1, 20]) {
      await clock.advance(stepMs);
      sent.push(simulator.stats().tokensSent);
    }
    expect(sent).toEqual([0, 0, 1, 1, 3, 3]);
    const received = await receive(await pending);
    expect(Buffer.from(received.text)).toEqual(
      Buffer.from(Buffer.concat(RECORDING.parts.map((part) => part.bytes)).toString()),
    );
  });

  test('answers streams with recorded streams, one after the other, in a loop', async () => {
    const part = (content: string): Recording => ({
      ...RECORDING,
      parts: [{ atMs: 0, bytes: bytes(content) }],
    });
    const other = { ...part('{"whole":1}'), stream: false };
    const replay = [part('one'), other, part('two')].map((one) => ({ ...one, headersMs: 0 }));
    const simulator = await simulatorForTest({ replay: cycleRecordings(replay) });
    const ask = async (stream: boolean): Promise<string> => (await postChat(simulator, { stream })).text();
    expect([await ask(true), await ask(false), await ask(true)]).toEqual(['one', '{"whole":1}', 'two']);
    expect(await ask(true)).toBe('one');
  });

  test('sends the recorded headers, without cookies, redirects and headers about the connection', async () => {
    const headers = {
      'x-request-id': 'req_1',
      'retry-after': '7',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      'set-cookie': '[hidden]',
      location: 'https://elsewhere.example',
    };
    const simulator = await simulatorForTest({
      replay: cycleRecordings([{ ...RECORDING, headersMs: 0, headers }]),
    });
    const replayed = (await postChat(simulator, { stream: true })).headers;
    expect(replayed.get('x-request-id')).toBe('req_1');
    expect(replayed.get('retry-after')).toBe('7');
    for (const name of ['content-encoding', 'set-cookie', 'location']) expect(replayed.has(name)).toBe(false);
  });

  test('adds no header: only the recorded ones and those of the connection', async () => {
    const headers = { 'x-upstream': 'one' };
    const simulator = await simulatorForTest({
      replay: cycleRecordings([{ ...RECORDING, headersMs: 0, headers }]),
    });
    const response = await postChat(simulator, { stream: true });
    const names = [...response.headers.keys()].filter((name) => !CONNECTION.test(name));
    expect(names.sort()).toEqual(['content-type', 'x-upstream']);
  });

  test('can have faults, too', async () => {
    const simulator = await simulatorForTest({ replay: cycleRecordings([{ ...RECORDING, headersMs: 0 }]) });
    expect((await postChat(simulator, { model: 'sim-fault-503' })).status).toBe(503);
  });
});

test('a recorded file as the distribution between tokens gives the recorded mean', async () => {
  const file = await recordingFile();
  await writeFile(file, formatRecording(RECORDING));
  const { gapsMs } = recordedTimes((await readRecordings(file)).recordings);
  const clock = createFakeClock();
  const gap = { kind: 'recorded', source: file, samplesMs: gapsMs } as const;
  const simulator = await simulatorForTest({ clock, settings: { ttft: constant(0), gap, tokens: 400 } });
  const pending = postChat(simulator, { model: 'm' }).then(readCompletion);
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(400 * 15 * 0.8);
  expect(simulator.stats().tokensSent).toBe(0);
  await clock.advance(400 * 15 * 0.4);
  expect((await pending).usage.completion_tokens).toBe(400);
});
