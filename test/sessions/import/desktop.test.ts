import { expect, test } from 'vitest';
import type { Imported } from '../../../src/sessions/import/conversation.js';
import { readImport } from '../../../src/sessions/import/recognise.js';

/** Returns each message of each conversation: `2<1 assistant: text`. */
const trees = ({ sessions }: Imported): string[][] =>
  sessions.map(({ messages }) =>
    messages.map(({ id, parentId, role, text }) => `${id}<${parentId ?? 0} ${role}: ${text}`),
  );
const json = (value: unknown): Promise<Imported> => readImport(JSON.stringify(value));
const said = (text: string) => [{ type: 'text', text }];

test("LM Studio's thinking, tool calls, files, models and the chat's own system prompt are imported", async () => {
  const result = await json({
    name: 'T',
    createdAt: 1_700_000_000_000,
    systemPrompt: '',
    lastUsedModel: { identifier: 'qwen3-8b', indexedModelIdentifier: 'qwen/qwen3-8b' },
    perChatPredictionConfig: { fields: [{ key: 'llm.prediction.systemPrompt', value: 'Be brief' }] },
    messages: [
      {
        versions: [
          {
            type: 'singleStep',
            role: 'user',
            content: [...said('Read a.txt'), { type: 'file', fileIdentifier: 'a.png', fileType: 'image' }],
          },
        ],
        currentlySelected: 0,
      },
      {
        versions: [
          {
            type: 'multiStep',
            role: 'assistant',
            senderInfo: { senderName: 'Qwen' },
            steps: [
              { type: 'contentBlock', content: said('I look.'), style: { type: 'thinking', ended: true } },
              { type: 'debugInfoBlock', debugInfo: 'x' },
              {
                type: 'contentBlock',
                content: [
                  {
                    type: 'toolCallRequest',
                    callId: 7,
                    toolCallRequestId: 'r7',
                    name: 'read',
                    parameters: { path: 'a.txt' },
                  },
                ],
                genInfo: { identifier: 'qwen3-8b', stats: { stopReason: 'toolCalls' } },
              },
              { type: 'toolStatus', callId: 7 },
              {
                type: 'contentBlock',
                content: [{ type: 'toolCallResult', callId: 7, toolCallRequestId: 'r7', content: 'Hello' }],
              },
              { type: 'contentBlock', content: said('It says hello.') },
            ],
          },
        ],
        currentlySelected: 0,
      },
    ],
  });
  expect(result.remarks).toEqual([]);
  expect(trees(result)).toEqual([
    [
      '1<0 system: Be brief',
      '2<1 user: Read a.txt',
      '3<2 assistant: ',
      '4<3 tool: Hello',
      '5<4 assistant: It says hello.',
    ],
  ]);
  expect(result.sessions[0]?.messages.slice(1)).toMatchObject([
    { attachments: [{ name: 'a.png' }] },
    {
      reasoning: 'I look.',
      model: 'qwen3-8b',
      toolCalls: [{ id: 'r7', name: 'read', arguments: '{"path":"a.txt"}' }],
    },
    { toolCallId: 'r7' },
    { model: 'qwen3-8b' },
  ]);
});

test("Continue's thinking, tool calls, results, images and context are imported", async () => {
  const result = await json({
    sessionId: 's',
    title: 'T',
    chatModelTitle: 'Sonnet',
    history: [
      {
        message: {
          role: 'user',
          content: [
            ...said('What?'),
            { type: 'imageUrl', imageUrl: { url: 'data:image/png;base64,iVBORw==' } },
          ],
        },
        contextItems: [{ name: 'a.ts', description: 'src/a.ts', content: 'let a;' }],
      },
      { message: { role: 'thinking', content: 'Hm.' }, contextItems: [] },
      {
        message: {
          role: 'assistant',
          content: '',
          toolCalls: [{ id: 'c1', type: 'function', function: { name: 'ls', arguments: '{"at":"."}' } }],
        },
        contextItems: [],
        toolCallStates: [{ toolCallId: 'c1', status: 'done', output: [{ name: 'ls', content: 'a.ts' }] }],
      },
      {
        message: { role: 'assistant', content: 'One file.' },
        contextItems: [],
        reasoning: { active: false, text: 'So one.', startAt: 1 },
      },
    ],
  });
  expect(result.remarks).toEqual([]);
  expect(trees(result)).toEqual([
    ['1<0 user: What?', '2<1 assistant: ', '3<2 tool: a.ts', '4<3 assistant: One file.'],
  ]);
  expect(result.sessions[0]?.messages).toMatchObject([
    {
      attachments: [
        { name: 'image.png' },
        { name: 'a.ts', data: Buffer.from('let a;').toString('base64'), type: 'text/plain' },
      ],
    },
    {
      reasoning: 'Hm.',
      model: 'Sonnet',
      toolCalls: [{ id: 'c1', name: 'ls', arguments: '{"at":"."}' }],
    },
    { toolCallId: 'c1' },
    { reasoning: 'So one.' },
  ]);
});

test('a result that Continue has as a separate message is not repeated', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'ls', arguments: '{}' } };
  const history = [
    {
      message: { role: 'assistant', content: '', toolCalls: [call] },
      toolCallState: { toolCallId: 'c1', output: [{ content: 'a' }] },
    },
    { message: { role: 'tool', content: 'a', toolCallId: 'c1' } },
  ];
  expect(trees(await json({ sessionId: 's', history }))).toEqual([['1<0 assistant: ', '2<1 tool: a']]);
});

test('a part of a large export of TypingMind is imported', async () => {
  const chat = (id: string) => ({ id, chatTitle: id, messages: [{ role: 'user', content: 'Hi' }] });
  const result = await json([chat('a'), chat('b')]);
  expect(result.format).toBe('an export of TypingMind');
  expect(result.sessions.map(({ title }) => title)).toEqual(['a', 'b']);
});

test("Chatbox's sessions are imported with threads, branches, reasoning, tool calls and files", async () => {
  const message = (id: string, role: string, ...contentParts: unknown[]) => ({ id, role, contentParts });
  const text = (value: string) => ({ type: 'text', text: value });
  const result = await json({
    __exported_items: ['conversations'],
    'chat-sessions-list': [{ id: 's1', name: 'T' }],
    'session:s1': {
      id: 's1',
      name: 'T',
      settings: { modelId: 'gpt-4o' },
      messages: [
        message('m0', 'system', text('Be brief')),
        {
          ...message('m1', 'user', text('Hi'), { type: 'image', storageKey: 'p:1' }),
          files: [{ name: 'a.txt' }],
        },
        {
          ...message(
            'm2',
            'assistant',
            { type: 'reasoning', text: 'hm' },
            {
              type: 'tool-call',
              state: 'result',
              toolCallId: 'c',
              toolName: 'web',
              args: { q: 1 },
              result: { ok: 1 },
            },
            text('Hello'),
          ),
          timestamp: 1_700_000_000_000,
        },
      ],
      threads: [{ id: 't1', name: 'Earlier', messages: [message('e1', 'user', text('Before'))] }],
      messageForksHash: {
        m1: {
          position: 1,
          lists: [
            { id: 'f1', messages: [message('b1', 'assistant', text('Hey'))] },
            { id: 'f2', messages: [] },
          ],
        },
      },
    },
  });
  expect(result).toMatchObject({ format: 'an export of Chatbox', remarks: [] });
  expect(trees(result)).toEqual([
    ['1<0 user: Before'],
    [
      '1<0 system: Be brief',
      '2<1 user: Hi',
      '3<2 assistant: Hey',
      '4<2 assistant: ',
      '5<4 tool: {"ok":1}',
      '6<5 assistant: Hello',
    ],
  ]);
  expect(result.sessions.map(({ title }) => title)).toEqual(['Earlier', 'T']);
  expect(result.sessions[1]?.headId).toBe(6);
  expect(result.sessions[1]?.messages[1]?.attachments.map(({ name }) => name)).toEqual(['p:1', 'a.txt']);
  expect(result.sessions[1]?.messages[3]).toMatchObject({
    reasoning: 'hm',
    model: 'gpt-4o',
    toolCalls: [{ id: 'c', name: 'web', arguments: '{"q":1}' }],
  });
});

test('sessions of older versions of Chatbox are imported', async () => {
  const messages = [
    { id: 'a', role: 'user', content: 'Hi', pictures: [{ url: 'https://e.example/a.png' }] },
    { id: 'b', role: 'assistant', content: 'Hello', model: 'gpt-4' },
  ];
  const result = await json({ 'chat-sessions': [{ id: 's', name: 'T', messages }] });
  expect(trees(result)).toEqual([['1<0 user: Hi', '2<1 assistant: Hello']]);
  expect(result.sessions[0]?.messages[0]?.attachments[0]?.url).toBe('https://e.example/a.png');
});

test("Cherry Studio's topics are imported with titles, thinking, tool calls, files and answers of several models", async () => {
  const block = (id: string, type: string, more: object) => ({
    id,
    messageId: 'm',
    type,
    status: 'success',
    ...more,
  });
  const message = (id: string, role: string, blocks: string[], more: object = {}) => ({
    id,
    role,
    blocks,
    ...more,
  });
  const result = await json({
    time: 1_700_000_000_000,
    version: 5,
    localStorage: {
      'persist:cherry-studio': JSON.stringify({
        assistants: JSON.stringify({ assistants: [{ id: 'x', topics: [{ id: 't', name: 'A topic' }] }] }),
      }),
    },
    indexedDB: {
      topics: [
        {
          id: 't',
          messages: [
            message('q', 'user', ['b1', 'b2'], { createdAt: '2026-01-02T03:04:05.000Z' }),
            message('a1', 'assistant', ['b3', 'b4', 'b5', 'b6'], {
              askId: 'q',
              foldSelected: true,
              model: { id: 'deepseek-r1', name: 'R1' },
              createdAt: '2026-01-02T03:04:06.000Z',
            }),
            message('a2', 'assistant', ['b7', 'b8'], {
              askId: 'q',
              modelId: 'qwen',
              createdAt: '2026-01-02T03:04:07.000Z',
            }),
            message('c', 'user', [], { type: 'clear', createdAt: '2026-01-02T03:04:08.000Z' }),
            message('q2', 'user', ['b9'], { createdAt: '2026-01-02T03:04:09.000Z' }),
          ],
        },
      ],
      message_blocks: [
        block('b1', 'main_text', { content: 'Hi' }),
        block('b2', 'file', { file: { id: 'f', origin_name: 'plan.pdf' } }),
        block('b3', 'thinking', { content: 'hm', thinking_millsec: 3 }),
        block('b4', 'main_text', { content: 'I look.' }),
        block('b5', 'tool', { toolId: 'x', toolName: 'web', arguments: { q: 1 }, content: { hits: 2 } }),
        block('b6', 'main_text', { content: 'Two hits.' }),
        block('b7', 'main_text', { content: 'Hello' }),
        block('b8', 'citation', {}),
        block('b9', 'main_text', { content: 'And now?' }),
      ],
    },
  });
  expect(result).toMatchObject({
    format: 'a backup of Cherry Studio',
    remarks: ['skipped 1 × block of the unknown type citation'],
  });
  expect(trees(result)).toEqual([
    [
      '1<0 user: Hi',
      '2<1 assistant: I look.',
      '3<2 tool: {"hits":2}',
      '4<3 assistant: Two hits.',
      '5<1 assistant: Hello',
      '6<4 user: And now?',
    ],
  ]);
  const [session] = result.sessions;
  expect(session).toMatchObject({
    title: 'A topic',
    headId: 6,
    createdMs: Date.parse('2026-01-02T03:04:05Z'),
  });
  expect(session?.messages).toMatchObject([
    { attachments: [{ name: 'plan.pdf' }] },
    {
      reasoning: 'hm',
      model: 'deepseek-r1',
      toolCalls: [{ id: 'b5', name: 'web', arguments: '{"q":1}' }],
    },
    { toolCallId: 'b5' },
    {},
    { model: 'qwen' },
    {},
  ]);
});

test('messages of older versions of Cherry Studio, which have their text themselves, are imported', async () => {
  const messages = [
    { id: 'a', role: 'user', content: 'Hi' },
    { id: 'b', role: 'assistant', content: 'Hello', reasoning_content: 'hm', model: { id: 'r1' } },
  ];
  const result = await json({ version: 2, localStorage: {}, indexedDB: { topics: [{ id: 't', messages }] } });
  expect(trees(result)).toEqual([['1<0 user: Hi', '2<1 assistant: Hello']]);
  expect(result.sessions[0]?.messages[1]).toMatchObject({ reasoning: 'hm', model: 'r1' });
});
