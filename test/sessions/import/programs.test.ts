import { expect, test } from 'vitest';
import type { Imported } from '../../../src/sessions/import/conversation.js';
import { readImport } from '../../../src/sessions/import/recognise.js';

/** Returns each message of each conversation: `2<1 assistant: text`. */
const trees = ({ sessions }: Imported): string[][] =>
  sessions.map(({ messages }) =>
    messages.map(({ id, parentId, role, text }) => `${id}<${parentId ?? 0} ${role}: ${text}`),
  );
const json = (value: unknown): Promise<Imported> => readImport(JSON.stringify(value));
const lines = (...values: unknown[]): Promise<Imported> =>
  readImport(values.map((value) => JSON.stringify(value)).join('\n'));

test("Open WebUI's chats are imported with branches, reasoning of old and new versions, calls and images", async () => {
  const result = await json([
    {
      id: 'c1',
      title: 'A tree',
      created_at: 1_700_000_000,
      updated_at: 1_700_000_100,
      chat: {
        history: {
          currentId: 'b2',
          messages: {
            a: {
              parentId: null,
              role: 'user',
              content: 'See?',
              timestamp: 1_700_000_000,
              files: [
                { type: 'image', url: 'data:image/png;base64,iVBORw==' },
                { type: 'file', name: 'plan.pdf' },
              ],
            },
            b1: {
              parentId: 'a',
              role: 'assistant',
              model: 'r1',
              timestamp: 1_700_000_001,
              content:
                '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n&gt; A &lt; B\n&gt; so\n</details>\nYes',
            },
            b2: {
              parentId: 'a',
              role: 'assistant',
              model: 'r1',
              timestamp: 1_700_000_002,
              content: 'shown',
              output: [
                { type: 'reasoning', content: [{ type: 'output_text', text: 'hm' }], summary: null },
                { type: 'function_call', call_id: 'f1', name: 'look', arguments: '{"at":1}' },
                {
                  type: 'function_call_output',
                  call_id: 'f1',
                  output: [{ type: 'input_text', text: 'a dot' }],
                },
                { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A dot.' }] },
              ],
            },
          },
        },
      },
    },
  ]);
  expect(result).toMatchObject({ format: 'an export of Open WebUI', remarks: [] });
  expect(trees(result)).toEqual([
    ['1<0 user: See?', '2<1 assistant: Yes', '3<1 assistant: ', '4<3 tool: a dot', '5<4 assistant: A dot.'],
  ]);
  const [session] = result.sessions;
  expect(session).toMatchObject({ title: 'A tree', headId: 5, createdMs: 1_700_000_000_000 });
  expect(session?.messages[0]?.attachments.map(({ name }) => name)).toEqual(['image.png', 'plan.pdf']);
  expect(session?.messages[1]).toMatchObject({ reasoning: 'A < B\nso', model: 'r1', endpoint: 'Open WebUI' });
  expect(session?.messages[2]).toMatchObject({
    reasoning: 'hm',
    toolCalls: [{ id: 'f1', name: 'look', arguments: '{"at":1}' }],
  });
});

test("LibreChat's conversations are imported as trees, nested or flat, with the system prompt and calls", async () => {
  const question = { messageId: 'q', parentMessageId: '0', isCreatedByUser: true, text: 'Hi' };
  const answers = [
    { messageId: 'a1', parentMessageId: 'q', isCreatedByUser: false, text: 'Hello', model: 'm1' },
    {
      messageId: 'a2',
      parentMessageId: 'q',
      isCreatedByUser: false,
      content: [
        { type: 'think', think: 'A greeting.' },
        { type: 'tool_call', tool_call: { id: 't', name: 'look', args: '{}', output: 'sun' } },
        { type: 'text', text: { value: 'Good day' } },
      ],
    },
  ];
  const about = { conversationId: 'c', title: 'T', endpoint: 'openAI', options: { promptPrefix: 'Be kind' } };
  for (const messages of [[question, ...answers], [{ ...question, children: answers }]]) {
    const result = await json({ ...about, messages });
    expect(result).toMatchObject({ format: 'an export of LibreChat', remarks: [] });
    expect(trees(result)).toEqual([
      [
        '1<0 system: Be kind',
        '2<1 user: Hi',
        '3<2 assistant: Hello',
        '4<2 assistant: ',
        '5<4 tool: sun',
        '6<5 assistant: Good day',
      ],
    ]);
    expect(result.sessions[0]?.messages[3]).toMatchObject({ reasoning: 'A greeting.' });
  }
});

test('a session of Claude Code is imported: the parts of an answer are one message, other lines connect', async () => {
  const at = (uuid: string, parentUuid: string | null, more: object) => ({
    uuid,
    parentUuid,
    sessionId: 's',
    isSidechain: false,
    timestamp: '2026-01-01T10:00:00.000Z',
    ...more,
  });
  const answer = (id: string, part: object) => ({
    type: 'assistant',
    message: { id, role: 'assistant', model: 'claude', content: [part] },
  });
  const result = await lines(
    { type: 'summary', summary: 'Mending a test', leafUuid: 'x' },
    at('1', null, { type: 'user', message: { role: 'user', content: 'Why red?' } }),
    at('2', '1', { type: 'system', subtype: 'notice' }),
    at('3', '2', answer('m1', { type: 'thinking', thinking: 'I look.' })),
    at('4', '3', answer('m1', { type: 'text', text: 'Let me see.' })),
    at('5', '4', answer('m1', { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } })),
    at('6', '5', {
      type: 'user',
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: '' }] },
    }),
    at('7', '6', answer('m2', { type: 'text', text: 'A typo.' })),
    at('8', '7', { ...answer('m3', { type: 'text', text: 'aside' }), isSidechain: true }),
  );
  expect(result).toMatchObject({
    format: 'a session of Claude Code',
    remarks: ['skipped 1 × message of a subagent'],
  });
  expect(trees(result)).toEqual([
    ['1<0 user: Why red?', '2<1 assistant: Let me see.', '3<2 tool: ', '4<3 assistant: A typo.'],
  ]);
  expect(result.sessions[0]).toMatchObject({ title: 'Mending a test' });
  expect(result.sessions[0]?.messages[1]).toMatchObject({
    reasoning: 'I look.',
    toolCalls: [{ id: 't1', name: 'Bash' }],
    model: 'claude',
  });
});

test('a session of Codex is imported with reasoning, calls and their results', async () => {
  const line = (type: string, payload: object) => ({ timestamp: '2026-01-01T10:00:00Z', type, payload });
  const item = (payload: object) => line('response_item', payload);
  const result = await lines(
    line('session_meta', { id: 's', timestamp: '2026-01-01T10:00:00Z', model_provider: 'openai' }),
    line('turn_context', { model: 'gpt-5-codex' }),
    item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is there?' }] }),
    line('event_msg', { type: 'user_message', message: 'What is there?' }),
    item({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'I list.' }], content: null }),
    item({ type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c' }),
    item({ type: 'function_call_output', call_id: 'c', output: { content: 'note.txt', success: true } }),
    item({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A note.' }] }),
    item({ type: 'ghost_snapshot' }),
  );
  expect(result).toMatchObject({
    format: 'a session of Codex',
    remarks: ['skipped 1 × item of the type ghost_snapshot'],
  });
  expect(trees(result)).toEqual([
    ['1<0 user: What is there?', '2<1 assistant: ', '3<2 tool: note.txt', '4<3 assistant: A note.'],
  ]);
  expect(result.sessions[0]).toMatchObject({ title: 'What is there?' });
  expect(result.sessions[0]?.messages[1]).toMatchObject({
    reasoning: 'I list.',
    toolCalls: [{ id: 'c', name: 'shell' }],
    model: 'gpt-5-codex',
    endpoint: 'openai',
  });
});

test('LM Studio, Continue, TypingMind and llama.cpp: their conversations are imported', async () => {
  const said = (text: string) => [{ type: 'text', text }];
  const lmStudio = await json({
    name: 'T',
    createdAt: 1_700_000_000_000,
    systemPrompt: 'Be brief',
    messages: [
      { versions: [{ type: 'singleStep', role: 'user', content: said('Hi') }], currentlySelected: 0 },
      {
        versions: [
          { role: 'assistant', steps: [{ content: said('old') }] },
          { role: 'assistant', senderInfo: { senderName: 'qwen' }, steps: [{ content: said('Hello') }] },
        ],
        currentlySelected: 1,
      },
    ],
  });
  expect(lmStudio.remarks).toEqual(['skipped 1 × other version of a message']);
  expect(trees(lmStudio)).toEqual([['1<0 system: Be brief', '2<1 user: Hi', '3<2 assistant: Hello']]);
  expect(lmStudio.sessions[0]?.messages[2]?.model).toBe('qwen');

  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: said('Hello') },
  ];
  const two = [['1<0 user: Hi', '2<1 assistant: Hello']];
  const history = messages.map((message) => ({ message, contextItems: [] }));
  expect(trees(await json({ sessionId: 's', title: 'T', history }))).toEqual(two);
  expect(trees(await json({ data: { chats: [{ id: 'c', chatTitle: 'T', messages }] } }))).toEqual(two);
  const llama = await lines(
    { type: 'session', harness: 'llama.app', id: 's', name: 'T', currNode: 'b' },
    { type: 'message', message: { id: 'r', type: 'root', role: 'system', content: '', parent: null } },
    { type: 'message', message: { id: 'a', type: 'text', role: 'user', content: 'Hi', parent: 'r' } },
    { type: 'message', message: { id: 'b', type: 'text', role: 'assistant', content: 'Hello', parent: 'a' } },
    { type: 'message', message: { id: 'c', type: 'text', role: 'assistant', content: 'Hey', parent: 'a' } },
  );
  expect(trees(llama)).toEqual([['1<0 user: Hi', '2<1 assistant: Hello', '3<1 assistant: Hey']]);
  expect(llama.sessions[0]).toMatchObject({ title: 'T', headId: 2 });
});

test('system prompts beside the messages of a request are imported, in the forms of Anthropic, Responses and ShareGPT', async () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const system = [['1<0 system: Be kind', '2<1 user: Hi']];
  expect(trees(await json({ model: 'c', system: 'Be kind', messages }))).toEqual(system);
  expect(trees(await json({ model: 'c', system: [{ type: 'text', text: 'Be kind' }], messages }))).toEqual(
    system,
  );
  expect(trees(await json({ model: 'g', instructions: 'Be kind', input: messages }))).toEqual(system);
  expect(trees(await json({ model: 'g', instructions: 'Be kind', input: 'Hi' }))).toEqual(system);
  const conversations = [
    { from: 'human', value: 'Hi' },
    { from: 'gpt', value: 'Hello' },
    { from: 'narrator', value: 'Night fell.' },
  ];
  const shared = await json([{ system: 'Be kind', conversations }]);
  expect(trees(shared)).toEqual([[...(system[0] ?? []), '3<2 assistant: Hello']]);
  expect(shared.remarks).toEqual(['skipped 1 × message of the role narrator']);
});

test('a text in an object is imported, and a part without a known text is reported', async () => {
  const result = await json([
    { role: 'user', content: [{ type: 'text', text: { value: 'Hi', annotations: [] } }] },
    { role: 'assistant', content: [{ type: 'text', text: 7 }] },
    { role: 'user', content: { type: 'text', text: 'Go on' } },
  ]);
  expect(trees(result)).toEqual([['1<0 user: Hi', '2<1 assistant: ', '3<2 user: Go on']]);
  expect(result.remarks).toEqual(['skipped 1 × part of the type text']);
});

test("a conversation without messages in ChatGPT's export does not prevent the import of the others", async () => {
  const message = { author: { role: 'user' }, content: { content_type: 'text', parts: ['q'] } };
  const result = await json([
    { title: 'lost', create_time: 1, conversation_id: '1' },
    { title: 'kept', create_time: 1, conversation_id: '2', mapping: { a: { message, parent: null } } },
  ]);
  expect(result.sessions.map(({ title }) => title)).toEqual(['kept']);
  expect(result.remarks).toEqual(['skipped 1 × conversation without messages']);
});

test("DeepSeek's conversations are imported with branches, thinking and names of files", async () => {
  const message = (time: string, ...fragments: object[]): object => ({
    model: 'deepseek-reasoner',
    inserted_at: `2025-02-01T10:00:${time}.000000+08:00`,
    files: [],
    fragments,
  });
  const result = await json([
    {
      id: 'd1',
      title: 'Sky',
      inserted_at: '2025-02-01T10:00:00.000000+08:00',
      updated_at: '2025-02-01T10:01:00.000000+08:00',
      mapping: {
        root: { id: 'root', parent: null, children: ['1'], message: null },
        '1': {
          id: '1',
          parent: 'root',
          message: {
            ...message('01', { type: 'REQUEST', content: 'Why is it blue?' }),
            files: [{ file_name: 'sky.pdf' }],
          },
        },
        '2': {
          id: '2',
          parent: '1',
          message: message(
            '02',
            { type: 'THINK', content: 'Rayleigh.' },
            { type: 'SEARCH', results: [] },
            { type: 'RESPONSE', content: 'Scattering.' },
          ),
        },
        '3': { id: '3', parent: '1', message: message('03', { type: 'RESPONSE', content: 'Short waves.' }) },
      },
    },
  ]);
  expect(result).toMatchObject({
    format: 'an export of DeepSeek',
    remarks: ['skipped 1 × part of the type SEARCH'],
  });
  expect(trees(result)).toEqual([
    ['1<0 user: Why is it blue?', '2<1 assistant: Scattering.', '3<1 assistant: Short waves.'],
  ]);
  const [session] = result.sessions;
  expect(session).toMatchObject({ title: 'Sky', createdMs: Date.parse('2025-02-01T02:00:00Z') });
  expect(session?.messages[0]).toMatchObject({
    atMs: Date.parse('2025-02-01T02:00:01Z'),
    attachments: [{ name: 'sky.pdf' }],
  });
  expect(session?.messages[1]).toMatchObject({
    reasoning: 'Rayleigh.',
    model: 'deepseek-reasoner',
    endpoint: 'DeepSeek',
  });
});
