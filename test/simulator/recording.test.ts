import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  formatRecording,
  parseRecordings,
  type Recording,
  readRecordings,
  recordedTimes,
} from '../../src/simulator/recording.js';
import {
  constant,
  contentOf,
  eventsOf,
  postChat,
  readCompletion,
  readError,
  receive,
  simulatorForTest,
} from './chat-client.js';
import { createFakeClock } from './fake-clock.js';

const FRANCE = [{ role: 'user', content: 'What is the capital of France?' }];
const PARIS = 'The capital of France is Paris.';
const KEY = 'sk-not-to-be-written-down';

async function recordingFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'recorded.jsonl');
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const delta = (content: string): Uint8Array =>
  bytes(`data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`);

const RECORDING: Recording = {
  model: 'm',
  stream: true,
  status: 200,
  contentType: 'text/event-stream',
  headersMs: 80,
  parts: [
    { atMs: 100, bytes: delta('a') },
    { atMs: 130, bytes: Buffer.concat([delta('b'), delta('c')]) },
    { atMs: 131.5, bytes: Uint8Array.of(0xf0, 0x9f) },
    { atMs: 150, bytes: bytes('data: [DONE]\n\n') },
  ],
  ending: 'end',
};

describe('a recording’s file', () => {
  test('gives back what was written, split characters and all', () => {
    const broken: Recording = { ...RECORDING, ending: 'broken', parts: [] };
    const read = parseRecordings(formatRecording(RECORDING) + formatRecording(broken), 'f');
    expect(
      read.map(({ parts, ...rest }) => ({
        ...rest,
        parts: parts.map((part) => [part.atMs, [...part.bytes]]),
      })),
    ).toEqual(
      [RECORDING, broken].map(({ parts, ...rest }) => ({
        ...rest,
        parts: parts.map((part) => [part.atMs, [...part.bytes]]),
      })),
    );
  });

  test('gives the times of its tokens; those that came together have none between them', () => {
    expect(recordedTimes([RECORDING])).toEqual({ ttftMs: [100], gapsMs: [30, 0] });
  });

  test.each([
    ['', 'f holds no complete recording.'],
    ['nonsense\n', 'f, line 1: this is no line of a recording.'],
    ['{"ms":1,"text":"early"}\n', 'f, line 1: this is no line of a recording.'],
    [`${formatRecording(RECORDING)}{"ms":-1,"text":""}\n`, 'f, line 7: this is no line of a recording.'],
    [formatRecording(RECORDING).replace('{"end":"end"}\n', ''), 'f holds no complete recording.'],
  ])('that is damaged is told by its line: %j', (text, message) => {
    expect(() => parseRecordings(text, 'f')).toThrow(message);
  });

  test('that is missing is told', async () => {
    await expect(readRecordings('/no/such/file')).rejects.toThrow(/cannot be read: ENOENT/);
  });
});

describe('a simulator that records', () => {
  async function recording(settings = {}) {
    const file = await recordingFile();
    const provider = await simulatorForTest({ settings });
    const simulator = await simulatorForTest({ record: { file, upstream: `${provider.url}/v1/` } });
    return { file, provider, simulator };
  }

  test('hands the provider’s answer on as it comes, and writes it down with its timing', async () => {
    const { file, simulator } = await recording({ ttft: constant(60), gap: constant(15) });
    const body = { model: 'gpt-4o', messages: FRANCE, stream: true };
    const response = await postChat(simulator, body, undefined, { authorization: `Bearer ${KEY}` });
    const { text } = await receive(response);
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    const [recorded] = await readRecordings(file);
    expect(recorded).toMatchObject({ model: 'gpt-4o', stream: true, status: 200, ending: 'end' });
    expect(Buffer.concat(recorded?.parts.map((part) => part.bytes) ?? []).toString()).toBe(text);
    const { ttftMs, gapsMs } = recordedTimes(recorded === undefined ? [] : [recorded]);
    expect(ttftMs[0]).toBeGreaterThanOrEqual(60);
    expect(gapsMs).toHaveLength(6);
    const lastMs = gapsMs.reduce((sum, gap) => sum + gap, ttftMs[0] ?? 0);
    expect(lastMs).toBeGreaterThanOrEqual(60 + 6 * 15);
    const written = await readFile(file, 'utf8');
    expect(written).not.toContain(KEY);
    expect(written).not.toContain('What is the capital');
  });

  test('hands errors and broken connections on too', async () => {
    const { file, simulator } = await recording({ ttft: constant(0), gap: constant(1) });
    expect((await postChat(simulator, { model: 'sim-fault-429' })).status).toBe(429);
    expect(
      (await receive(await postChat(simulator, { model: 'sim-fault-reset', stream: true }))).ending,
    ).toBe('broken');
    const recordings = await readRecordings(file);
    expect(recordings.map(({ status, ending }) => [status, ending])).toEqual([
      [429, 'end'],
      [200, 'broken'],
    ]);
  });

  test('says when the provider cannot be reached', async () => {
    const { provider, simulator } = await recording();
    await provider.close();
    const response = await postChat(simulator, {});
    expect(response.status).toBe(502);
    expect((await readError(response)).message).toMatch(
      /^The provider at .*cannot be reached: .*ECONNREFUSED/,
    );
  });
});

describe('a simulator that replays', () => {
  test('gives what was recorded, at the recorded pace', async () => {
    const clock = createFakeClock();
    const simulator = await simulatorForTest({ clock, replay: [RECORDING] });
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

  test('gives streams for streams, one recording after the other, and again from the first', async () => {
    const part = (content: string): Recording => ({
      ...RECORDING,
      parts: [{ atMs: 0, bytes: bytes(content) }],
    });
    const other = { ...part('{"whole":1}'), stream: false };
    const replay = [part('one'), other, part('two')].map((one) => ({ ...one, headersMs: 0 }));
    const simulator = await simulatorForTest({ replay });
    const ask = async (stream: boolean): Promise<string> => (await postChat(simulator, { stream })).text();
    expect([await ask(true), await ask(false), await ask(true)]).toEqual(['one', '{"whole":1}', 'one']);
    expect(await ask(true)).toBe('two');
  });

  test('may be asked for faults all the same', async () => {
    const simulator = await simulatorForTest({ replay: [{ ...RECORDING, headersMs: 0 }] });
    expect((await postChat(simulator, { model: 'sim-fault-503' })).status).toBe(503);
  });
});

test('a recorded file as the distribution between tokens gives the recorded mean', async () => {
  const file = await recordingFile();
  await writeFile(file, formatRecording(RECORDING));
  const { gapsMs } = recordedTimes(await readRecordings(file));
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
