import { describe, expect, test } from 'vitest';
import { conversationOf, type Entry, entryOf } from '../../../src/loadtest/prompts/entry.js';

function entryIn(value: unknown): Entry {
  const entry = entryOf(value);
  if (typeof entry === 'string') throw new Error(entry);
  return entry;
}

const turnsOf = (value: unknown): unknown => [conversationOf(entryIn(value), Number.POSITIVE_INFINITY)];

test('parameters beside messages or a prompt are sent, and columns with such a name are not', () => {
  const messages = [{ role: 'user', content: 'q' }];
  const tools = [{ type: 'function', function: { name: 'f' } }];
  expect(
    turnsOf({ id: 1, model: 'x', messages, tools, temperature: 0, max_tokens: 9, stream: false }),
  ).toMatchObject([[{ messages, maxTokens: 9, body: { tools, temperature: 0 } }]]);
  expect(
    turnsOf({ text: 'q', tools: '[]', seed: 'apple', extra: { min_tokens: 5, stream: false, nvext: {} } }),
  ).toMatchObject([[{ messages, body: { min_tokens: 5, nvext: {} } }]]);
});

test('each turn keeps its system message, limit, parameters and delay', () => {
  const turns = [
    { role: 'system', text: 's' },
    { text: 'a', output_length: 7, extra: { seed: 1 } },
    { role: 'assistant', text: 'recorded' },
    { text: 'b', delay: 250 },
  ];
  expect(turnsOf({ session_id: 'x', turns, max_tokens: 3 })).toEqual([
    [
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'a' },
        ],
        recorded: [{ role: 'assistant', content: 'recorded' }],
        maxTokens: 7,
        body: { seed: 1 },
      },
      { messages: [{ role: 'user', content: 'b' }], maxTokens: 3, delayMs: 250 },
    ],
  ]);
});

test('request bodies of a session are whole: each has its history', () => {
  const first = [{ role: 'user', content: 'a' }];
  const second = [...first, { role: 'assistant', content: 'x' }, { role: 'user', content: 'b' }];
  const payloads = [{ model: 'm', messages: first, max_tokens: 5, top_p: 1 }, { messages: second }];
  expect(turnsOf({ session_id: '1', payloads })).toEqual([
    [
      { messages: first, maxTokens: 5, body: { top_p: 1 }, whole: true },
      { messages: second, whole: true },
    ],
  ]);
});

const image = (url: string): unknown => ({ type: 'image_url', image_url: { url } });
const words = (text: string): unknown => ({ type: 'text', text });

test.each<[string, unknown, unknown]>([
  ['image', { text: 'q', image: 'a.png' }, [words('q'), image('a.png')]],
  [
    'images',
    { texts: ['q'], images: ['a.png', 'https://x/b.png'] },
    [words('q'), image('a.png'), image('https://x/b.png')],
  ],
  ['image_files', { prompt: 'q', image_files: ['a.png'] }, [words('q'), image('a.png')]],
  [
    'parts',
    { content: [words('q'), { type: 'image', image: 'a.png' }, { type: 'image_url', image_url: 'b.png' }] },
    [words('q'), image('a.png'), image('b.png')],
  ],
  [
    'image beside messages',
    { messages: [{ role: 'user', content: '<image>q' }], images: ['a.png'] },
    [words('q'), image('a.png')],
  ],
  [
    'image of ShareGPT4V',
    {
      image: 'a.png',
      conversations: [
        { from: 'human', value: '<image>\nq' },
        { from: 'gpt', value: 'a' },
      ],
    },
    [words('q'), image('a.png')],
  ],
  ['no image', { text: 'q', image: null, images: [] }, 'q'],
])('an entry with %s is sent with it', (_name, value, content) => {
  expect(conversationOf(entryIn(value), 1)?.[0].messages[0]?.content).toEqual(content);
});

describe('a conversation of several turns', () => {
  const turnsIn = (value: unknown): unknown =>
    conversationOf(entryIn(value), Number.POSITIVE_INFINITY)?.map(({ messages, recorded = [] }) => [
      messages.map(({ content }) => content),
      recorded.map(({ content }) => content),
    ]);

  test.each<[string, unknown, unknown]>([
    [
      'ShareGPT',
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'q1' },
          { from: 'gpt', value: 'a1' },
          { from: 'human', value: 'q2' },
          { from: 'gpt', value: 'a2' },
        ],
      },
      [
        [['s', 'q1'], ['a1']],
        [['q2'], ['a2']],
      ],
    ],
    [
      'messages with tool calls',
      {
        messages: [
          { role: 'user', content: 'q1' },
          { role: 'assistant', content: null, tool_calls: [] },
          { role: 'tool', content: 'r', tool_call_id: '1' },
          { role: 'assistant', content: 'a1' },
          { role: 'user', content: 'q2' },
        ],
      },
      [
        [['q1'], [null, 'r', 'a1']],
        [['q2'], []],
      ],
    ],
    [
      'only questions',
      { system: 's', turns: ['q1', 'q2'] },
      [
        [['s', 'q1'], []],
        [['q2'], []],
      ],
    ],
    [
      'an answer without a question',
      {
        conversations: [
          { from: 'gpt', value: 'a' },
          { from: 'human', value: 'q' },
        ],
      },
      [[['q'], []]],
    ],
  ])('is taken from %s', (_name, value, expected) => {
    expect(turnsIn(value)).toEqual(expected);
  });
});

test('a recorded answer in a separate entry is not a question', () => {
  expect(conversationOf(entryIn({ role: 'assistant', text: 'because' }), 1)).toBeUndefined();
  expect(conversationOf(entryIn({ role: 'prompter', text: 'why' }), 1)).toBeDefined();
});
