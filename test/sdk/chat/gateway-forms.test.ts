import { expect, test } from 'vitest';
import { type ChatResult, createChatStream } from '../../../src/sdk/index.js';

function readEvents(...events: readonly string[]): ChatResult {
  const stream = createChatStream({ statusCode: 200, contentType: 'text/event-stream' });
  stream.feed(Buffer.from(events.map((data) => `data: ${data}\n\n`).join('')));
  return stream.end({ kind: 'closed' });
}

const chunk = (content: string, reason: string | null = null): object => ({
  choices: [{ index: 0, delta: { content }, finish_reason: reason }],
});

test.each<[string, (event: object) => object]>([
  ['data', (event) => ({ code: 200, msg: 'ok', data: event })],
  ['result', (event) => ({ result: event, success: true })],
  ['payload', (event) => ({ type: 'chunk', payload: event })],
  ['output', (event) => ({ output: event })],
  ['a text', (event) => ({ event: 'message', data: JSON.stringify(event) })],
])('chunks inside of a gateway’s own object are read: %s', (_name, wrap) => {
  const events = [chunk('He'), chunk('llo'), chunk('', 'stop')].map((event) => JSON.stringify(wrap(event)));
  expect(readEvents(...events)).toMatchObject({ outcome: 'complete', text: 'Hello', malformedEvents: 0 });
});

test.each([
  { delta: {}, finishReason: 'stop' },
  { delta: {}, finish_reason: null, stop_reason: 'stop' },
  { delta: {}, finish_details: { type: 'stop' } },
])('a finish reason under another name ends an answer: %j', (choice) => {
  const { outcome, finishReason } = readEvents(
    JSON.stringify(chunk('Hi')),
    JSON.stringify({ choices: [{ index: 0, ...choice }] }),
  );
  expect({ outcome, finishReason }).toEqual({ outcome: 'complete', finishReason: 'stop' });
});

test.each(['{"done":true}', '{"type":"done"}', '{"is_end":true}', '{"data":"[DONE]"}', '[STOP]'])(
  'an answer is complete after %s',
  (data) => {
    expect(readEvents(JSON.stringify(chunk('Hi')), data)).toMatchObject({
      outcome: 'complete',
      text: 'Hi',
      malformedEvents: 0,
    });
  },
);

test('commas after events, as in a list, are not part of them', () => {
  const events = [chunk('He'), chunk('llo', 'stop')].map((event) => `${JSON.stringify(event)},`);
  expect(readEvents(...events)).toMatchObject({ outcome: 'complete', text: 'Hello', malformedEvents: 0 });
});

test('dictionaries of Python in place of JSON are read', () => {
  const { outcome, text, finishReason } = readEvents(
    `{'choices': [{'index': 0, 'delta': {'role': 'assistant', 'content': "It's"}, 'finish_reason': None}]}`,
    `{'choices': [{'index': 0, 'delta': {'content': ' "5\\xb0" \\\\ True\\n'}, 'finish_reason': None}], 'last': False}`,
    `{'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]}`,
  );
  const expected = `It's "5°" \\ True\n`;
  expect({ outcome, text, finishReason }).toEqual({
    outcome: 'complete',
    text: expected,
    finishReason: 'stop',
  });
});

test('an error as a dictionary of Python is an error', () => {
  const { outcome, error } = readEvents(`{'error': {'message': 'The model is overloaded', 'code': 503}}`);
  expect([outcome, error?.message]).toEqual(['error', expect.stringContaining('The model is overloaded')]);
});

test.each([
  ['with usage', { usage: { prompt_tokens: 1, completion_tokens: 5 } }],
  ['without', {}],
])('the whole text once more in the last chunk is left out: %s', (_title, more) => {
  const pieces = ['The', ' capital', ' of', ' France'];
  const events = [...pieces.map((text) => chunk(text)), { ...chunk(pieces.join(''), 'stop'), ...more }];
  const { outcome, text } = readEvents(...events.map((event) => JSON.stringify(event)));
  expect({ outcome, text }).toEqual({ outcome: 'complete', text: 'The capital of France' });
});

test('several pieces of one choice in a chunk are read in order', () => {
  const choices = ['He', 'llo'].map((content) => ({ index: 0, delta: { content } }));
  expect(readEvents(JSON.stringify({ choices }), '[DONE]')).toMatchObject({
    outcome: 'complete',
    text: 'Hello',
  });
});

test('a delta without its choice is read, as Databricks sends it', () => {
  const events = [
    { delta: { role: 'assistant', content: 'He', id: 'a' } },
    { delta: { content: 'llo' }, finish_reason: 'stop' },
  ];
  expect(readEvents(...events.map((event) => JSON.stringify(event)))).toMatchObject({
    outcome: 'complete',
    text: 'Hello',
  });
});

test.each([{ thought: true }, { extra_content: { google: { thought: true } } }])(
  'Gemini’s thoughts stay reasoning when no answer follows them: %j',
  (mark) => {
    const deltas = [
      { content: 'Hi', ...mark },
      { content: ' there', ...mark },
    ];
    const events = deltas.map((delta) => JSON.stringify({ choices: [{ index: 0, delta }] }));
    expect(readEvents(...events, JSON.stringify(chunk('', 'stop')))).toMatchObject({
      text: '',
      reasoning: 'Hi there',
    });
  },
);
