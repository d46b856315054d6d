import { expect, test } from 'vitest';
import { createChatStream } from '../../../src/sdk/chat/chat-stream.js';
import { createThinkingTags } from '../../../src/sdk/chat/thinking-tags.js';

const read = (pieces: readonly string[]): { text: string; reasoning: string } => {
  const told = { text: '', reasoning: '' };
  const tags = createThinkingTags((type, text) => {
    told[type] += text;
  });
  for (const piece of pieces) tags.feed(piece);
  tags.end();
  return told;
};

test.each([
  ['<think>hm</think>Hi', 'hm', 'Hi'],
  ['\n <think>\nhm\n</think>\n\nHi\n', '\nhm\n', 'Hi\n'],
  ['<thinking>a < b</thinking>Hi </think>', 'a < b', 'Hi </think>'],
  ['<THINK>hm</Think>Hi', 'hm', 'Hi'],
  ['<think>never closed </thin', 'never closed </thin', ''],
  ['<think></think>Hi', '', 'Hi'],
  ['<seed:think>hm</seed:think>Hi', 'hm', 'Hi'],
  ['[THINK]hm[/THINK]Hi', 'hm', 'Hi'],
  ['◁think▷hm◁/think▷Hi', 'hm', 'Hi'],
  ['<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hi', 'hm', 'Hi'],
  ['<|channel>thought\nhm<channel|>Hi', '\nhm', 'Hi'],
  ['[think', '', '[think'],
  ['Use <think>tags</think>', '', 'Use <think>tags</think>'],
  ['<thinner>', '', '<thinner>'],
  ['<thi', '', '<thi'],
  ['  plain', '', '  plain'],
  [' '.repeat(200), '', ' '.repeat(200)],
])('%j gives the same result for every split', (whole, reasoning, text) => {
  expect(read([whole])).toEqual({ text, reasoning });
  expect(read([...whole])).toEqual({ text, reasoning });
  for (let at = 1; at < whole.length; at += 1) {
    expect(read([whole.slice(0, at), whole.slice(at)])).toEqual({ text, reasoning });
  }
});

const answer = (body: string, contentType: string, thinkingTags?: boolean) => {
  const context = thinkingTags === undefined ? {} : { thinkingTags };
  const stream = createChatStream({ statusCode: 200, contentType }, () => {}, context);
  stream.feed(Buffer.from(body));
  return stream.end({ kind: 'closed' });
};
const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

test('a stream and an answer in one piece give the same result; off keeps the text unchanged', () => {
  const events = `${['<th', 'ink>', 'hm</', 'think>', '\n', 'Hi'].map(delta).join('')}data: [DONE]\n\n`;
  expect(answer(events, 'text/event-stream')).toMatchObject({
    reasoning: 'hm',
    text: 'Hi',
    outcome: 'complete',
  });
  const whole = JSON.stringify({
    choices: [{ message: { content: '<think>hm</think>Hi' }, finish_reason: 'stop' }],
  });
  expect(answer(whole, 'application/json')).toMatchObject({
    reasoning: 'hm',
    text: 'Hi',
    outcome: 'complete',
  });
  expect(answer(events, 'text/event-stream', false)).toMatchObject({
    reasoning: '',
    text: '<think>hm</think>\nHi',
  });
});

test('an answer that is withheld completely is passed on at its end', () => {
  expect(answer(`${delta('<th')}data: [DONE]\n\n`, 'text/event-stream')).toMatchObject({ text: '<th' });
});

test.each([
  ['length', '{"choices":[{"message":{"content":""},"finish_reason":"length"}]}'],
  ['content_filter', '{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}'],
  ['stop', '{"choices":[{"message":{},"finish_reason":"stop"}]}'],
])('an answer without output is empty, with %s', (finishReason, body) => {
  expect(answer(body, 'application/json')).toMatchObject({ outcome: 'empty', finishReason });
  const event = `data: ${body.replace('"message"', '"delta"')}\n\ndata: [DONE]\n\n`;
  expect(answer(event, 'text/event-stream')).toMatchObject({ outcome: 'empty', finishReason });
});

test('an answer with only tool calls is complete', () => {
  const call = '{"id":"c","function":{"name":"f","arguments":"{}"}}';
  const body = `{"choices":[{"message":{"tool_calls":[${call}]},"finish_reason":"tool_calls"}]}`;
  expect(answer(body, 'application/json')).toMatchObject({ outcome: 'complete', text: '' });
});
