import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint } = harness;
const ANSWER = { chunks: [sseEvents(deltaOf('said'), FINISH, '[DONE]').join('')] };
/** A PNG's signature is enough to be known as one. */
const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');

const written = (name: string, ...values: unknown[]): void =>
  writeFileSync(
    join(harness.sandbox.dir, name),
    values.map((value) => `${JSON.stringify(value)}\n`).join(''),
  );

/** Runs a test with these flags and returns the bodies of its requests. */
async function bodiesOf(...flags: string[]): Promise<Record<string, unknown>[]> {
  const { requests } = await endpoint(ANSWER);
  const { code, stderr } = await runHere(harness.sandbox, ['bench', '--progress', 'none', ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  return requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
}

test('an image beside a prompt is read from the folder of the file, and an address is sent unchanged', async () => {
  mkdirSync(join(harness.sandbox.dir, 'data'));
  writeFileSync(join(harness.sandbox.dir, 'data', 'a.png'), PNG);
  const images = ['a.png', 'https://images.example/b.jpg'];
  written('data/asked.jsonl', { texts: ['What is it?'], images });
  const [body] = await bodiesOf('--prompts', 'data/asked.jsonl', '--requests', '1');
  expect(body?.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG.toString('base64')}` } },
        { type: 'image_url', image_url: { url: 'https://images.example/b.jpg' } },
      ],
    },
  ]);
});

test.each([
  ['is missing', 'gone.png', /line 2: the image gone\.png cannot be read: /],
  ['is no image', 'asked.jsonl', /line 2: the image asked\.jsonl is not a PNG, JPEG, GIF or WebP image/],
])('a file is refused with the line of an image that %s', async (_what, image, message) => {
  written('asked.jsonl', { text: 'a' }, { text: 'b', image });
  const { code, stderr } = await runHere(harness.sandbox, ['bench', '--prompts', 'asked.jsonl']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test.each([
  [gzipSync('{"text": "a"}\n'), 'decompress the file with gunzip'],
  [zstdCompressSync('{"text": "a"}\n'), 'decompress the file with unzstd'],
  [Buffer.from('PAR1\x15\x04\xff', 'latin1'), 'convert the file to JSON Lines: this is Parquet'],
  [Buffer.from('PK\x03\x04\xff', 'latin1'), 'save a spreadsheet as CSV'],
  [Buffer.from('prompt\nGrüße\n', 'latin1'), 'convert the file to UTF-8, e.g. with iconv'],
])('a file without text is refused with what to do: %#', async (bytes, advice) => {
  writeFileSync(join(harness.sandbox.dir, 'asked'), bytes);
  const { code, stderr } = await runHere(harness.sandbox, ['bench', '--prompts', 'asked']);
  expect([code, stderr]).toEqual([2, expect.stringContaining(advice)]);
});

test.each(['little', 'big'])('a table in UTF-16, as Excel writes it, is read: %s endian', async (order) => {
  const bytes = Buffer.from('\uFEFFprompt\tmax_tokens\r\n"Grüße, ""x"""\t12\r\n', 'utf16le');
  writeFileSync(join(harness.sandbox.dir, 'asked.txt'), order === 'big' ? bytes.swap16() : bytes);
  const [body] = await bodiesOf('--prompts', 'asked.txt', '--requests', '1');
  expect(body).toMatchObject({ messages: [{ role: 'user', content: 'Grüße, "x"' }], max_tokens: 12 });
});

test('a message of a recorded conversation is sent without the members that providers refuse', async () => {
  written('wild.jsonl', {
    conversation: [{ role: 'user', content: 'a', hashed_ip: 'x', turn_identifier: 1, timestamp: null }],
  });
  const [body] = await bodiesOf('--prompts', 'wild.jsonl', '--requests', '1');
  expect(body?.messages).toEqual([{ role: 'user', content: 'a' }]);
});

test('the request bodies of a session are sent one after another, each with its own history', async () => {
  const first = [{ role: 'user', content: 'a' }];
  const second = [...first, { role: 'assistant', content: 'recorded' }, { role: 'user', content: 'b' }];
  written('inputs.json', {
    data: [{ session_id: '1', payloads: [{ model: 'x', messages: first, top_k: 3 }, { messages: second }] }],
  });
  const bodies = await bodiesOf('--prompts', 'inputs.json', '--turns', 'all', '--conversations', '1');
  expect(bodies.map(({ messages, top_k }) => [messages, top_k])).toEqual([
    [first, 3],
    [second, undefined],
  ]);
});

test('the texts of a trace are sent', async () => {
  written('trace.jsonl', { timestamp: 0, text: 'a', output_length: 4 }, { timestamp: 1, text: 'b' });
  const bodies = await bodiesOf('--trace', 'trace.jsonl', '--concurrency', '1');
  expect(bodies.map(({ messages, max_tokens }) => [messages, max_tokens])).toEqual([
    [[{ role: 'user', content: 'a' }], 4],
    [[{ role: 'user', content: 'b' }], undefined],
  ]);
});

const rows = [
  { session_id: 'x', text: 'a', output_length: 4 },
  { session_id: 'y', text: 'other' },
  { session_id: 'x', text: 'b', delay: 1 },
];
const HISTORY = [
  { role: 'user', content: 'a' },
  { role: 'assistant', content: 'said' },
  { role: 'user', content: 'b' },
];

test('with --turns, the rows of a session are one conversation', async () => {
  written('rows.jsonl', ...rows);
  const bodies = await bodiesOf('--prompts', 'rows.jsonl', '--turns', 'all', '--conversations', '2');
  expect(bodies.map(({ messages }) => messages)).toEqual([
    HISTORY.slice(0, 1),
    HISTORY,
    [{ role: 'user', content: 'other' }],
  ]);
});

test('without --turns, each row of a session is a request, and the report names the flag', async () => {
  written('rows.jsonl', ...rows);
  const { requests } = await endpoint(ANSWER);
  const { stdout } = await harness.run(['bench', '--prompts', 'rows.jsonl', '--requests', '3']);
  expect(requests).toHaveLength(3);
  expect(stdout).toContain(
    '3 from rows.jsonl (prompt), each sent alone; --turns all joins those of one session',
  );
});

test('with --turns, a trace sends the further rows of a session after the answers', async () => {
  const [first, second, third] = rows;
  written('trace.jsonl', { ...first, timestamp: 0 }, third, { ...second, timestamp: 400 });
  const bodies = await bodiesOf('--trace', 'trace.jsonl', '--turns', 'all', '--trace-speed', '2');
  expect(bodies.map(({ messages }) => messages)).toContainEqual(HISTORY);
  expect(bodies.map(({ max_tokens }) => max_tokens)).toContain(4);
  expect(bodies).toHaveLength(3);
});
