import { describe, expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../../src/sdk/index.js';

// Servers that write line breaks into JSON strings without escaping them.

function read(body: string, size = body.length, contentType = 'text/event-stream'): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType });
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) stream.feed(bytes.subarray(at, at + size));
  return stream.end({ kind: 'closed' });
}
const event = (content: string): string =>
  `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
const END = 'data: [DONE]\n\n';

describe.each([
  ['a line break', 'one\ntwo'],
  ['a blank line', 'one\n\ntwo'],
  ['several paragraphs', 'one\n\ntwo, [\n three:\n\n\n{ four\n'],
  ['a brace before a blank line', 'f() {}\n\ng() {}'],
  ['a line break alone', '\n'],
  ['two line breaks alone', '\n\n'],
  ['a tab', 'one\ttwo'],
  ['an escaped quote before a line break', 'say \\"one\n\ntwo\\"'],
])('a stream with %s in a string', (_name, written) => {
  const text = written.replaceAll('\\"', '"');

  test('is read, however it is split', () => {
    const body = `${event('Hi ')}${event(written)}${event(' end')}${END}`;
    for (const size of [body.length, 1, 2, 7, 64]) {
      const answer = read(body, size);
      expect(answer).toMatchObject({ outcome: 'complete', text: `Hi ${text} end`, malformedEvents: 0 });
    }
  });

  test('is read when lines end by a carriage return, too', () => {
    const framed = [event('Hi '), event('\0'), END].map((one) => one.replaceAll('\n', '\r\n')).join('');
    expect(read(framed.replace('\0', written)).text).toBe(`Hi ${text}`);
  });

  test('is read as JSON and as lines of JSON', () => {
    const whole = `{"choices":[{"index":0,"message":{"content":"${written}"},"finish_reason":"stop"}]}`;
    expect(read(whole, whole.length, 'application/json')).toMatchObject({ outcome: 'complete', text });
    const lines = [event('Hi '), event(written)].map((one) => one.slice('data: '.length, -1)).join('');
    expect(read(lines, 5, 'application/json').text).toBe(`Hi ${text}`);
  });
});

test.each([
  ['another event', `data: {"choices":[{"delta":{"content":"cut\n\n${event('Hi')}${END}`, 'Hi', 'complete'],
  [
    'an error',
    'data: {"choices":[{"delta":{"content":"cut\n\ndata: {"error":{"message":"busy"}}\n\n',
    '',
    'error',
  ],
  ['the end', `${event('Hi')}data: {"choices":[{"delta":{"content":"cut`, 'Hi', 'truncated'],
])('an event that is cut in a string before %s is not continued', (_name, body, text, outcome) => {
  for (const size of [body.length, 1, 9]) expect(read(body, size)).toMatchObject({ text, outcome });
});

test('text that does not complete a cut event does not belong to it', () => {
  const body = `${event('Hi')}data: {"choices":[{"delta":{"content":"cut\nInternal Server Error\n\n${event(' you')}${END}`;
  for (const size of [body.length, 1, 9]) {
    const answer = read(body, size);
    expect(answer).toMatchObject({ outcome: 'complete', text: 'Hi you' });
    expect(answer.malformedEvents).toBeGreaterThan(0);
  }
});
