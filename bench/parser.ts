// Measures the CPU per delta of createChatStream. Compares it with only eventsource-parser and JSON.parse, on the same
// bytes with the same decoder. Also reads one line of 1, 2, 4 and 8 MiB in network-sized pieces. Ratios are within one
// run. The fastest of several runs counts, because other load on the machine only adds time.
// Run: tsx bench/parser.ts
import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { createChatStream } from '../src/sdk/index.js';

const DELTAS = 20_000;
const RUNS = 40;
const AIM_RATIO = 1.1;
const PIECE_BYTES = 1460;
const AIM_LINE_MS = 100;

const chunk = (content: string, more: object = {}): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion.chunk',
    created: 1_741_569_952,
    model: 'gpt-4o-mini-2024-07-18',
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
    choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }],
    ...more,
  })}\n\n`;
const deltas = (moreOf: (index: number) => object): Buffer[] =>
  Array.from({ length: DELTAS }, (_, index) => Buffer.from(chunk(` word${index}`, moreOf(index))));
/** Most servers' events differ only in their text. OpenAI's also have padding unless the request turns it off. */
const STREAMS = {
  'in the text only': deltas(() => ({})),
  'in text and padding': deltas((index) => ({ obfuscation: 'aB3dE5fG7hI9'.slice(0, index % 12) })),
  'in their ids too': deltas((index) => ({ id: `chatcmpl-${index}` })),
};

interface Chunk {
  choices: { delta: { content: string } }[];
}

function alone(events: readonly Buffer[]): number {
  let text = '';
  const decoder = new StringDecoder('utf8');
  const parser = createParser({
    onEvent({ data }) {
      const { choices }: Chunk = JSON.parse(data);
      text += choices[0]?.delta.content ?? '';
    },
  });
  for (const event of events) parser.feed(decoder.write(event));
  return text.length;
}

function ours(events: readonly Buffer[]): number {
  let length = 0;
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' }, (event) => {
    if (event.type === 'text') length += event.text.length;
  });
  for (const event of events) stream.feed(event);
  stream.end({ kind: 'closed' });
  return length;
}

/** Returns the CPU time of a call, in ms. */
function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for (const [what, events] of Object.entries(STREAMS)) {
  if (alone(events) !== ours(events)) throw new Error('the two read different texts');
  const runs = Array.from({ length: RUNS }, () => ({
    alone: cpuMs(() => alone(events)),
    ours: cpuMs(() => ours(events)),
  }));
  const fastestMs = (which: 'alone' | 'ours'): number => Math.min(...runs.map((run) => run[which]));
  const perDelta = (ms: number): string => ((1e3 * ms) / DELTAS).toFixed(2);
  process.stdout.write(
    `CPU per delta, events that differ ${what}: ${perDelta(fastestMs('ours'))} µs, eventsource-parser and` +
      ` JSON.parse alone ${perDelta(fastestMs('alone'))} µs; ratio ${(fastestMs('ours') / fastestMs('alone')).toFixed(2)}   aim ${AIM_RATIO}\n`,
  );
}

const MIB = 1024 * 1024;
for (const size of [1, 2, 4, 8]) {
  const line = Buffer.from(chunk('x'.repeat(size * MIB)));
  const times = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
    for (let at = 0; at < line.length; at += PIECE_BYTES) stream.feed(line.subarray(at, at + PIECE_BYTES));
    const { text } = stream.end({ kind: 'closed' });
    if (text.length !== size * MIB) throw new Error('the line was not read whole');
    return performance.now() - startMs;
  });
  process.stdout.write(
    `one line of ${size} MiB in pieces of ${PIECE_BYTES} bytes: ${Math.min(...times).toFixed(0)} ms   aim for 8 MiB ${AIM_LINE_MS} ms\n`,
  );
}
