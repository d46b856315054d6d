import { existsSync, statSync, truncateSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readRecordings } from '../../../src/simulator/recordings/read-recordings.js';
import {
  formatRecording,
  parseRecordings,
  type Recording,
} from '../../../src/simulator/recordings/recording.js';
import { openRecordingFile } from '../../../src/simulator/recordings/recording-file.js';
import { recordedTimes } from '../../../src/simulator/recordings/replay.js';
import { startUpstream } from '../../support/servers/upstream.js';
import {
  constant,
  contentOf,
  eventsOf,
  FRANCE,
  PARIS,
  postChat,
  readError,
  receive,
  simulatorForTest,
} from '../chat-client.js';
import { RECORDING, recordingFile } from './recorded.js';

const opened = (file: string) => openRecordingFile(file, '--record');
const KEY = 'sk-not/to+be-written-down';
const written = async (content: string | Buffer): Promise<string> => {
  const file = await recordingFile();
  await writeFile(file, content);
  return file;
};

describe('a recording’s file', () => {
  test('is read unchanged, including split characters', () => {
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

  test.each([
    ['', 'f has no complete recording.'],
    ['nonsense\n', 'f, line 1: this line does not belong to a recording.'],
    ['{"ms":1,"text":"early"}\n', 'f, line 1: this line does not belong to a recording.'],
    [
      `${formatRecording(RECORDING)}{"ms":-1,"text":""}\n`,
      'f, line 7: this line does not belong to a recording.',
    ],
    [formatRecording(RECORDING).replace('{"end":"end"}\n', ''), 'f has no complete recording.'],
  ])('that is damaged gives an error with the line: %j', (text, message) => {
    expect(() => parseRecordings(text, 'f')).toThrow(message);
  });

  test('that is damaged gives its complete recordings, and reports the others', async () => {
    const whole = formatRecording(RECORDING);
    const [head = '', ...rest] = whole.split('\n');
    const damaged = [head, '{"ms":1,"te', ...rest].join('\n');
    const lines = whole.trimEnd().split('\n').length;
    const file = await written(
      Buffer.concat([
        Buffer.from(`\u{feff}${whole}${damaged}nonsense\n${whole}${head}\n`),
        Buffer.from([0x7b, 0xff, 0x0a]),
        Buffer.from(`${head}\n{"ms":1,"text":"cut`),
      ]),
    );
    const { recordings, problems } = await readRecordings(file);
    expect(recordings).toHaveLength(2);
    for (const recording of recordings) expect(recording).toEqual(parseRecordings(whole, 'f')[0]);
    const at = (line: number): string => `${file}, line ${line}: `;
    expect(problems).toEqual([
      `${at(lines + 2)}this line does not belong to a recording. The recording that begins in line ${lines + 1} is skipped.`,
      `${at(3 * lines + 4)}this line does not belong to a recording. The recording that begins in line ${3 * lines + 3} is skipped.`,
      `${at(3 * lines + 6)}this line does not belong to a recording. The recording that begins in line ${3 * lines + 5} is skipped.`,
    ]);
  });

  test('with a byte order mark is read, and can be appended to', async () => {
    const text = `\u{feff}${formatRecording(RECORDING)}`;
    expect(parseRecordings(text, 'f')).toHaveLength(1);
    expect(await readRecordings(await written(text))).toMatchObject({ recordings: [{}], problems: [] });
  });

  test('whose last recording is incomplete gives an error', async () => {
    const whole = formatRecording(RECORDING);
    const file = await written(whole + whole.replace('{"end":"end"}\n', ''));
    const { recordings, problems } = await readRecordings(file);
    expect(recordings).toHaveLength(1);
    expect(problems).toEqual([expect.stringMatching(/line 7: this recording has no end and is skipped/)]);
  });

  test('that is missing is an error', async () => {
    await expect(readRecordings('/no/such/file')).rejects.toThrow(
      /cannot be read: there is no such file or folder/,
    );
  });
});

describe('a simulator that records', () => {
  async function recording(settings = {}) {
    const file = await recordingFile();
    const provider = await simulatorForTest({ settings });
    const simulator = await simulatorForTest({
      record: { file: opened(file), upstream: `${provider.url}/v1/` },
    });
    return { file, provider, simulator };
  }

  test('forwards the provider’s answer as it arrives, and records it with its times', async () => {
    const { file, simulator } = await recording({ ttft: constant(60), gap: constant(15) });
    const body = { model: 'gpt-4o', messages: FRANCE, stream: true };
    const response = await postChat(simulator, body, undefined, { authorization: `Bearer ${KEY}` });
    const { text } = await receive(response);
    expect(contentOf(eventsOf(text))).toBe(PARIS);
    const [recorded] = (await readRecordings(file)).recordings;
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

  test('creates the file with the first recording, for its owner alone', async () => {
    const { file, simulator } = await recording({ ttft: constant(0), gap: constant(0) });
    expect(existsSync(file)).toBe(false);
    await receive(await postChat(simulator, { stream: true }));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('does not begin with a file of other content', async () => {
    const file = await written('theme: dark\n');
    expect(() => opened(file)).toThrow(
      /line 1: this line does not belong to a recording\. Give --record a new file, or a file that contains/,
    );
    expect(await readFile(file, 'utf8')).toBe('theme: dark\n');
  });

  test('does not begin with a file that is too large to be checked', async () => {
    const file = await written('');
    truncateSync(file, 2 ** 33);
    expect(() => opened(file)).toThrow(/^--record .* cannot be written: it is too large: name a new file$/);
  });

  test('forwards errors and broken connections, too', async () => {
    const { file, simulator } = await recording({ ttft: constant(0), gap: constant(1) });
    expect((await postChat(simulator, { model: 'sim-fault-429' })).status).toBe(429);
    expect(
      (await receive(await postChat(simulator, { model: 'sim-fault-reset', stream: true }))).ending,
    ).toBe('broken');
    const { recordings } = await readRecordings(file);
    expect(recordings.map(({ status, ending }) => [status, ending])).toEqual([
      [429, 'end'],
      [200, 'broken'],
    ]);
  });

  test('records the response’s headers, request ids first, with cookies and keys masked', async () => {
    const headers = { 'set-cookie': 'a=secret', 'x-said': `key ${KEY}`, 'x-request-id': 'req_1' };
    const provider = await startUpstream({ headers, chunks: ['data: [DONE]\n\n'] });
    try {
      const file = await recordingFile();
      const simulator = await simulatorForTest({ record: { file: opened(file), upstream: provider.url } });
      await receive(
        await postChat(simulator, { stream: true }, undefined, { authorization: `Bearer ${KEY}` }),
      );
      const kept = (await readRecordings(file)).recordings[0]?.headers ?? {};
      expect(Object.keys(kept)[0]).toBe('x-request-id');
      expect(kept).toMatchObject({ 'set-cookie': '[hidden]', 'x-said': 'key [key removed]' });
    } finally {
      await provider.close();
    }
  });

  test('passes a redirect on and does not send the keys to its target', async () => {
    const elsewhere = await startUpstream({ chunks: ['{}'] });
    const provider = await startUpstream({ status: 307, headers: { location: elsewhere.url } });
    try {
      const record = { file: opened(await recordingFile()), upstream: provider.url };
      const simulator = await simulatorForTest({ record });
      expect((await postChat(simulator, {}, undefined, { 'api-key': KEY })).status).toBe(307);
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await Promise.all([elsewhere.close(), provider.close()]);
    }
  });

  test.each([
    ['as it is', KEY],
    ['in Base64', Buffer.from(`user:${KEY}`).toString('base64')],
    ['in a URL', encodeURIComponent(KEY)],
  ])('writes asterisks for a key that the provider repeats %s', async (_how, repeated) => {
    const { file, simulator } = await recording({
      ttft: constant(0),
      gap: constant(0),
      content: 'fixed',
      text: `Your key ${repeated} is no good`,
    });
    const response = await postChat(simulator, {}, undefined, { authorization: `Bearer ${KEY}` });
    const received = (await receive(response)).text;
    expect(received).toContain(repeated);
    const written = (await readFile(file, 'utf8')).replaceAll('\\"', '"');
    expect(written).toMatch(/Your key [\w=]{0,7}\*{20,}[\w=]{0,4} is no good/);
    expect(written.length).toBeGreaterThan(received.length);
  });

  test('reports a full disk once, and answers continue', async () => {
    const problems: string[] = [];
    const provider = await simulatorForTest({ settings: { ttft: constant(0), gap: constant(0) } });
    const simulator = await simulatorForTest({
      record: {
        file: { path: 'r.jsonl', add: () => writeFile('/dev/full', 'x') },
        upstream: `${provider.url}/v1`,
        onProblem: ({ message }) => problems.push(message),
      },
    });
    for (let request = 0; request < 2; request += 1) {
      const { ending } = await receive(await postChat(simulator, {}));
      expect(ending).not.toBe('broken');
    }
    expect(problems).toEqual([
      'recording to r.jsonl has ended: the disk is full; answers are still forwarded',
    ]);
  });

  test('reports that the provider cannot be reached', async () => {
    const { provider, simulator } = await recording();
    await provider.close();
    const response = await postChat(simulator, {});
    expect(response.status).toBe(502);
    expect((await readError(response)).message).toMatch(
      /^The provider at .*cannot be reached: .*ECONNREFUSED/,
    );
  });
});
