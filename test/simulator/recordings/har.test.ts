import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readRecordings } from '../../../src/simulator/recordings/read-recordings.js';
import { recordingFile } from './recorded.js';

const SSE = 'data: {"choices":[{"delta":{"content":"Grün"}}]}\n\ndata: [DONE]\n\n';

/** A request as Chrome's network panel saves it. */
const entry = (response: object = {}, request: object = {}) => ({
  startedDateTime: '2026-11-22T10:00:00.000Z',
  time: 812.5,
  request: {
    method: 'POST',
    url: 'https://api.openai.com/v1/chat/completions',
    postData: {
      mimeType: 'application/json',
      text: '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hi"}]}',
    },
    ...request,
  },
  response: {
    status: 200,
    headers: [
      { name: ':status', value: '200' },
      { name: 'Content-Type', value: 'text/event-stream; charset=utf-8' },
      { name: 'X-Request-Id', value: 'req_1' },
      { name: 'set-cookie', value: 'a\nb' },
    ],
    content: { size: SSE.length, mimeType: 'text/event-stream', text: SSE },
    ...response,
  },
  timings: { blocked: 2, dns: 3, connect: 40, ssl: 20, send: 0.5, wait: 300.25, receive: 200 },
});

async function har(entries: unknown, creator = 'WebInspector'): Promise<string> {
  const file = await recordingFile();
  await writeFile(
    file,
    `\u{feff}${JSON.stringify({ log: { version: '1.2', creator: { name: creator }, entries } }, null, 2)}`,
  );
  return file;
}

test('an answer in a HAR file is one piece at its end, with the headers that can be sent', async () => {
  const page = { request: { method: 'GET', url: 'https://example.com' }, response: { status: 200 } };
  const file = await har([page, entry()]);
  expect(await readRecordings(file)).toEqual({
    recordings: [
      {
        model: 'gpt-4o',
        stream: true,
        status: 200,
        contentType: 'text/event-stream; charset=utf-8',
        headers: { 'x-request-id': 'req_1' },
        headersMs: 300.25,
        parts: [{ atMs: 500.25, bytes: Buffer.from(SSE) }],
        ending: 'end',
      },
    ],
    problems: [
      `${file} is a HAR file, which has no times of pieces: each answer arrives at once, at its end`,
    ],
    hasTimes: false,
  });
});

test('a body in Base64, a refusal, and a connection that broke are kept', async () => {
  const base64 = {
    mimeType: 'text/event-stream',
    text: Buffer.from(SSE).toString('base64'),
    encoding: 'base64',
  };
  const refused = { mimeType: 'application/json', text: '{"error":{"message":"no"}}' };
  const file = await har([
    entry({ content: base64 }),
    entry({ status: 401, headers: [], content: refused }),
    entry({ _error: 'net::ERR_INCOMPLETE_CHUNKED_ENCODING' }),
  ]);
  const { recordings } = await readRecordings(file);
  expect(recordings.map(({ parts }) => Buffer.from(parts[0]?.bytes ?? []).toString())).toEqual([
    SSE,
    refused.text,
    SSE,
  ]);
  expect(recordings).toMatchObject([
    { status: 200, ending: 'end' },
    { status: 401, contentType: 'application/json', ending: 'end' },
    { status: 200, ending: 'broken' },
  ]);
});

test('answers without a text are skipped with a note', async () => {
  const file = await har([
    entry({ content: { mimeType: 'text/event-stream' } }),
    entry(),
    entry({ status: 0 }),
  ]);
  const { recordings, problems } = await readRecordings(file);
  expect(recordings).toHaveLength(1);
  expect(problems[0]).toBe(`${file}: skipped 2 of the answers, which have no text`);
});

test.each([
  ['without a text', [entry({ content: {} })], undefined, /^save the HAR file with contents: no answer in/],
  ['without an answer', [{}, null, 3], undefined, /^give a HAR file with a request to a model: .* has none$/],
  ['of this program', [entry()], 'vastar-tui', /^export the session with --format recording: the HAR file/],
])('a HAR file %s is refused with what to do', async (_what, entries, creator, message) => {
  await expect(readRecordings(await har(entries, creator))).rejects.toThrow(message);
});
