import { expect, test } from 'vitest';
import type { Attachment } from '../../src/common/chat/attachments.js';
import { requestMessages } from '../../src/sessions/request-messages.js';
import type { Message } from '../../src/sessions/types.js';
import { message } from './fixtures.js';

const calls = (...ids: string[]): Message =>
  message({ role: 'assistant', toolCalls: ids.map((id) => ({ id, name: 'f', arguments: '{}' })) });
const result = (toolCallId: string | null): Message => message({ role: 'tool', text: 'done', toolCallId });
const file = (changes: Partial<Attachment>): Attachment => ({
  name: 'f',
  type: 'image/png',
  size: null,
  data: null,
  url: null,
  ...changes,
});

test('tool calls are sent with their results, each with its id', () => {
  const sent = requestMessages([message({ text: 'q' }), calls('a', 'b'), result('b'), result('a')]);
  expect(sent.map((one) => ('tool_call_id' in one ? one.tool_call_id : one.role))).toEqual([
    'user',
    'assistant',
    'b',
    'a',
  ]);
});

test('calls that lack a result, and results that lack a call, are left out: providers refuse them', () => {
  const spoken = { ...calls('a'), text: 'Let me look.' };
  expect(
    requestMessages([
      calls('a', 'b'),
      result('a'),
      result('z'),
      result(null),
      spoken,
      message({ text: 'q' }),
    ]),
  ).toEqual([
    { role: 'assistant', content: 'Let me look.' },
    { role: 'user', content: 'q' },
  ]);
});

test('a refusal is sent as the text of the answer', () => {
  expect(requestMessages([message({ role: 'assistant', refusal: 'No.' })])).toEqual([
    { role: 'assistant', content: 'No.' },
  ]);
});

test('attachments are sent in the form for their type, except one with only a name', () => {
  const attachments = [
    file({ url: 'https://example.com/cat.png' }),
    file({ type: 'audio/wav', data: 'AAAA' }),
    file({ name: 'a.pdf', type: 'application/pdf', data: 'AAAA' }),
    file({}),
  ];
  expect(
    requestMessages([message({ attachments }), message({ text: 'q', attachments: [file({})] })]),
  ).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      ],
    },
    { role: 'user', content: 'q' },
  ]);
});

test("an answer's carried members are sent back with its calls and the answer after them, only to their endpoint", () => {
  const from = { endpoint: 'gemini', model: 'g' };
  const carried = { message: { reasoning_content: 'Look.' }, calls: { 1: { google: 'sig' } } };
  const turn = [
    { ...calls('a', 'b'), ...from, carried },
    result('a'),
    result('b'),
    message({ role: 'assistant', text: 'done', ...from, carried: { ...carried, calls: {} } }),
    message({ role: 'assistant', text: 'more', ...from, carried }),
  ];
  const sent = requestMessages(turn, from);
  expect(sent).toMatchObject([
    { reasoning_content: 'Look.', tool_calls: [{ id: 'a' }, { id: 'b', extra_content: { google: 'sig' } }] },
    { role: 'tool' },
    { role: 'tool' },
    { content: 'done', reasoning_content: 'Look.' },
    { content: 'more' },
  ]);
  expect(sent[4]).not.toHaveProperty('reasoning_content');
  for (const asked of [undefined, { ...from, model: 'other' }, { ...from, endpoint: 'openai' }])
    expect(JSON.stringify(requestMessages(turn, asked))).not.toMatch(/reasoning_content|extra_content/);
});
