import { describe, expect, test } from 'vitest';
import { createChatStream } from '../../../../src/sdk/chat/chat-stream.js';
import type { ChatEvent } from '../../../../src/sdk/chat/chat-types.js';
import { createThinkingTags } from '../../../../src/sdk/chat/repairs/thinking-tags.js';

const read = (pieces: readonly string[]): { text: string; reasoning: string } => {
  const told = { text: '', reasoning: '' };
  const tags = createThinkingTags({
    get text() {
      return told.text;
    },
    emit(type, text) {
      told[type] += text;
    },
    split(reasoning, text) {
      told.reasoning += reasoning;
      told.text = text;
    },
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
  ['<|channel|>final<|message|>Hi', '', 'Hi'],
  ['analysisThe user says hi.assistantfinalHi', 'The user says hi.', 'Hi'],
  ['analysisHm.assistantcommentaryAnd so?assistantfinal\nHi', 'Hm.assistantcommentaryAnd so?', 'Hi'],
  ['analysis of assistantfinal', '', 'analysis of assistantfinal'],
  ['analysisResult = sum(values)', '', 'analysisResult = sum(values)'],
  ['analysis', '', 'analysis'],
  ['The analysisThe assistantfinal', '', 'The analysisThe assistantfinal'],
  ['[think', '', '[think'],
  ['hm</think>Hi', 'hm', 'Hi'],
  ['Okay.\n</think>\n\nHi </think>\n', 'Okay.\n', 'Hi </think>\n'],
  ['</think>\n\nHi', '', 'Hi'],
  ['1 < 2, a<b>, <</think >?</THINK>Hi', '1 < 2, a<b>, <</think >?', 'Hi'],
  ['say "Hi"</think>"Hi"', 'say "Hi"', '"Hi"'],
  ['hm[/THINK]Hi', 'hm', 'Hi'],
  ['<mm:think>hm</mm:think>Hi', 'hm', 'Hi'],
  ['hm</mm:think>Hi', 'hm', 'Hi'],
  [
    '<|start|>assistant<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hi',
    'hm',
    'Hi',
  ],
  ['hm</seed:think>Hi', 'hm', 'Hi'],
  ['hm</think>\n', 'hm', ''],
  ['it ends with `</think>`\n</think>\nHi', 'it ends with `</think>`\n', 'Hi'],
  ['It ends with `</think>`.', '', 'It ends with `</think>`.'],
  ['It ends with "</think>".', '', 'It ends with "</think>".'],
  ["It ends with '</think>'.", '', "It ends with '</think>'."],
  ['```\nhm</think>Hi\n```', '', '```\nhm</think>Hi\n```'],
  ['First <think>, then </think>.', '', 'First <think>, then </think>.'],
  ['hm</thinker>', '', 'hm</thinker>'],
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

describe('a closing tag without an opening one', () => {
  const told = (pieces: readonly string[], thinkingTags = true) => {
    const events: ChatEvent[] = [];
    const stream = createChatStream(
      { statusCode: 200, contentType: 'text/event-stream' },
      (event) => events.push(event),
      { thinkingTags },
    );
    for (const piece of pieces) stream.feed(Buffer.from(delta(piece)));
    stream.feed(Buffer.from('data: [DONE]\n\n'));
    return { events, result: stream.end({ kind: 'closed' }) };
  };
  const texts = (events: readonly ChatEvent[]) =>
    events.flatMap((event) => (event.type === 'text' ? [event.text] : []));

  test('makes the text before it reasoning once the answer begins', () => {
    const { events, result } = told(['We', ' think', '.\n</', 'think', '>\n', '\n', 'Hi', ' you']);
    expect(result).toMatchObject({ outcome: 'complete', reasoning: 'We think.\n', text: 'Hi you' });
    expect(events.filter(({ type }) => type === 'split')).toEqual([
      { type: 'split', reasoning: 'We think.\n', text: 'Hi' },
    ]);
    expect(events.map(({ type }) => type).indexOf('split')).toBe(7);
  });

  test('delays and withholds no text', () => {
    const pieces = ['We', ' think <', '/thi', 'nk>', '\n\n', 'Hi', ' < you', ' <'];
    expect(texts(told(pieces).events)).toEqual(pieces);
    expect(texts(told(pieces, false).events)).toEqual(pieces);
  });

  test('after a part of the reasoning in a field completes it; the same reasoning again changes nothing', () => {
    const field = (reasoning_content: string): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { reasoning_content } }] })}\n\n`;
    const end = 'data: [DONE]\n\n';
    const stream = 'text/event-stream';
    expect(answer(`${field('We ')}${delta('think')}${delta('</think>Hi')}${end}`, stream)).toMatchObject({
      reasoning: 'We think',
      text: 'Hi',
    });
    expect(answer(`${field('We ')}${delta('We')}${delta('</think>Hi')}${end}`, stream)).toMatchObject({
      reasoning: 'We ',
      text: 'Hi',
    });
  });

  test('before a tool call leaves no text', () => {
    const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{}' } };
    const called = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [call] } }] })}\n\n`;
    const body = `${delta('We')}${delta('</think>\n\n')}${called}${delta('\n')}data: [DONE]\n\n`;
    expect(answer(body, 'text/event-stream')).toMatchObject({ reasoning: 'We', text: '' });
  });

  test('in an answer in one piece gives only reasoning and text', () => {
    const body = JSON.stringify({
      choices: [{ message: { content: 'hm\n</think>\n\nHi' }, finish_reason: 'stop' }],
    });
    expect(answer(body, 'application/json')).toMatchObject({ reasoning: 'hm\n', text: 'Hi' });
    expect(answer(body, 'application/json', false)).toMatchObject({ text: 'hm\n</think>\n\nHi' });
  });
});
