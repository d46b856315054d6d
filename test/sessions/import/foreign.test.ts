import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Imported } from '../../../src/sessions/import/conversation.js';
import { readImport } from '../../../src/sessions/import/recognise.js';
import type { Session } from '../../../src/sessions/types.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'imports');
const imported = (file: string): Promise<Imported> =>
  readImport(readFileSync(join(FIXTURES, file), 'utf8'), file.replace(/\..*$/, ''));
const only = ({ sessions }: Imported): Session => {
  const [session, ...others] = sessions;
  if (session === undefined || others.length > 0) throw new Error('not one session');
  return session;
};
/** Returns each message with its parent: `2<1 assistant: text`. */
const tree = ({ messages }: Session): string[] =>
  messages.map(({ id, parentId, role, text }) => `${id}<${parentId ?? 0} ${role}: ${text}`);

test("ChatGPT's conversations are imported with branches, reasoning, tool calls and files", async () => {
  const result = await imported('chatgpt.json');
  expect(result).toMatchObject({ format: 'an export of ChatGPT', remarks: [], foreign: true });
  // A conversation without messages is skipped.
  const session = only(result);
  expect(session).toMatchObject({
    title: 'Weather in Paris',
    createdMs: 1_750_000_000_250,
    usedMs: 1_750_000_400_500,
    headId: 6,
  });
  expect(tree(session)).toEqual([
    '1<0 user: Will it rain here?',
    "2<1 assistant: I can't tell",
    '3<2 user: Try again',
    '4<1 assistant: ',
    '5<4 tool: rain',
    '6<5 assistant: Yes, \nit will.',
  ]);
  const [question, cut, , call, output, answer] = session.messages;
  expect(question?.attachments).toEqual([
    { name: 'tower.jpg', type: 'image/jpeg', size: 2048, data: null, url: 'file-service://file-abc123' },
    { name: 'plan.pdf', type: 'application/pdf', size: 999, data: null, url: null },
  ]);
  expect(cut).toMatchObject({ status: 'truncated', finishReason: 'max_tokens', model: 'gpt-4o' });
  expect(call).toMatchObject({
    reasoning:
      'Looking at the picture\n\nIt is the Eiffel tower.\n\nAsking for the weather\n\nI need a tool.',
    toolCalls: [{ id: 'call', name: 'python', arguments: '{"input":"weather(\'Paris\')"}' }],
  });
  expect(output?.toolCallId).toBe('call');
  expect(answer).toMatchObject({ model: 'o3', endpoint: 'ChatGPT', finishReason: 'stop', reasoning: '' });
});

test("Claude's conversations are imported with branches, and tool results become separate messages", async () => {
  const result = await imported('claude.json');
  expect(result).toMatchObject({
    format: 'an export of Claude',
    remarks: ['skipped 1 × block of the unknown type flag'],
  });
  const session = only(result);
  expect(session).toMatchObject({ title: 'Reading a report', headId: 6, createdMs: 1_772_359_200_123 });
  expect(tree(session)).toEqual([
    '1<0 user: What does it say?',
    '2<1 assistant: Let me check.',
    '3<2 tool: 4 %',
    '4<3 assistant: Sales rose by 4 %.',
    '5<1 assistant: It says that sales rose.',
    '6<4 user: Thanks',
  ]);
  const [question, call, output] = session.messages;
  expect(question?.attachments).toEqual([
    { name: 'report.pdf', type: 'text/plain', size: 11, data: 'U2FsZXMgcm9zZS4=', url: null },
    { name: 'chart.png', type: 'image/png', size: null, data: null, url: null },
  ]);
  expect(call).toMatchObject({
    reasoning: 'A search may help.',
    toolCalls: [{ id: 'call_1', name: 'web_search', arguments: '{"query":"sales"}' }],
    endpoint: 'Claude',
  });
  expect(output?.toolCallId).toBe('call_1');
});

test('a session of aichat is imported with compressed messages, images and tool calls, and titled like its file', async () => {
  const result = await imported('aichat.yaml');
  expect(result.format).toBe('a session of aichat');
  const session = only(result);
  expect(session.title).toBe('aichat');
  expect(tree(session)).toEqual([
    '1<0 user: What is an apple?',
    '2<1 assistant: A fruit.',
    '3<2 system: Be brief.\n\nThe user asked about apples.',
    '4<3 user: And this?',
    '5<4 assistant: ',
    '6<5 tool: {"seen":"pear"}',
    '7<6 assistant: A pear.',
  ]);
  expect(session.messages[3]?.attachments).toEqual([
    { name: 'image.png', type: 'image/png', size: 4, data: 'iVBORw==', url: null },
  ]);
  expect(session.messages[4]).toMatchObject({
    toolCalls: [{ id: 'call_1', name: 'look', arguments: '{"at":1}' }],
    endpoint: 'openai',
    model: 'gpt-4o',
  });
});

test('a session of opencode is imported with tool calls, their results, endings and figures', async () => {
  const result = await imported('opencode.json');
  expect(result).toMatchObject({ remarks: ['skipped 1 × text that opencode added'] });
  const session = only(result);
  expect(session).toMatchObject({ title: 'Listing files', createdMs: 1_790_000_000_000, headId: 4 });
  expect(tree(session)).toEqual([
    '1<0 user: What is there?',
    '2<1 assistant: ',
    '3<2 tool: note.txt',
    '4<3 assistant: One fi',
  ]);
  const [question, call, , cancelled] = session.messages;
  expect(question?.attachments).toMatchObject([{ name: 'note.txt', type: 'text/plain' }]);
  expect(call).toMatchObject({
    reasoning: 'I list them.',
    toolCalls: [{ id: 'call_1', name: 'list', arguments: '{"path":"."}' }],
    finishReason: 'tool-calls',
    status: 'complete',
  });
  expect(cancelled).toMatchObject({ status: 'cancelled', model: 'gpt-4o', endpoint: 'openai' });
  expect(session.exchanges[0]).toMatchObject({
    questionId: 1,
    answerId: 2,
    metrics: { e2eMs: 2500, promptTokens: 110, outputTokens: 20, cachedTokens: 10, hiddenTokens: 8 },
  });
});

test("messages in OpenAI's form are a conversation, with images, sound and several tool calls", async () => {
  const session = only(await imported('messages.json'));
  expect(tree(session)).toEqual([
    '1<0 system: Be brief.',
    '2<1 user: What is it?',
    '3<2 assistant: ',
    '4<3 tool: a dot',
    '5<4 tool: silence',
    '6<5 assistant: A dot.',
  ]);
  expect(session.title).toBe('What is it?');
  expect(session.messages[1]?.attachments.map(({ type, data }) => [type, data])).toEqual([
    ['image/png', 'iVBORw=='],
    ['audio/wav', 'AAAA'],
  ]);
  expect(session.messages[2]?.toolCalls.map(({ name }) => name)).toEqual(['look', 'listen']);
  expect(session.messages[5]).toMatchObject({ reasoning: 'I saw it.', model: 'gpt-4o' });
});

test("one message per line is a conversation, also in Anthropic's form and with older function calls", async () => {
  const session = only(await imported('messages.jsonl'));
  expect(tree(session)).toEqual([
    '1<0 user: What is it?',
    '2<1 assistant: ',
    '3<2 tool: a dot',
    '4<3 user: Go on',
    '5<4 assistant: ',
    '6<5 tool: done',
    '7<6 assistant: ',
  ]);
  const { messages } = session;
  expect(messages[1]).toMatchObject({
    reasoning: 'I look.',
    toolCalls: [{ id: 'toolu_1', arguments: '{"at":1}' }],
  });
  expect(messages[2]?.toolCallId).toBe('toolu_1');
  expect(messages[4]?.toolCalls).toEqual([{ id: 'paint', name: 'paint', arguments: '{"input":"red"}' }]);
  expect(messages[5]?.toolCallId).toBe('paint');
  expect(messages[6]?.refusal).toBe('No more.');
});

test('each line with a conversation, for fine-tuning or in a batch, is a session', async () => {
  const { sessions } = await imported('conversations.jsonl');
  expect(sessions.map(({ title, messages }) => [title, messages.length])).toEqual([
    ['Hello?', 3],
    ['And now?', 1],
  ]);
});

test('the same conversation gets the same id each time', async () => {
  const ids = async (file: string) => (await imported(file)).sessions.map(({ id }) => id);
  for (const file of ['chatgpt.json', 'claude.json', 'aichat.yaml', 'opencode.json', 'messages.jsonl']) {
    expect(await ids(file)).toEqual(await ids(file));
    for (const id of await ids(file)) expect(id).toMatch(/^[0-9a-f]{12}$/);
  }
});

test('a byte order mark is ignored', async () => {
  const text = readFileSync(join(FIXTURES, 'messages.jsonl'), 'utf8');
  expect((await readImport(`\u{feff}${text}`)).sessions).toHaveLength(1);
});

test.each([
  ['', 'it is empty'],
  ['[{"role":"user",', 'its JSON ends in the middle: save it again'],
  ['{"role": "us', 'its JSON ends in the middle: save it again'],
  ['[\n{"role": "user"},\n{"role": "user" "a"}]', 'its JSON is damaged in line 3'],
  ['[{"role": }]', 'its JSON is damaged'],
  ['dear diary', 'its format is unknown'],
  ['[]', 'it is empty'],
  ['{"a":1}', 'its format is unknown'],
  ['[{"role":"user","content":"q"},{"content":"a"}]', 'it begins as messages, and item 2 is something else'],
  ['{"role":"user","content":"q"}\n{"role":"us', 'line 2 is not JSON'],
  ['{"role":"user","content":"q"}\n7\n', 'item 2 is something else'.replace('item', 'line')],
  ['{"format":"vastar-tui/sessions","version":9}', 'its version is 9'],
])('the import reports skipped content with the reason (%#)', async (text, reason) => {
  await expect(readImport(text)).rejects.toThrow(reason);
});

test('each message of a damaged tree is imported once', async () => {
  const node = (id: string, parent: string | null) => ({
    id,
    parent,
    children: [],
    message: { id, author: { role: 'user' }, content: { content_type: 'text', parts: [id] } },
  });
  const mapping = {
    a: node('a', 'b'),
    b: node('b', 'a'),
    c: node('c', 'gone'),
    d: node('d', 'd'),
    e: node('e', 'c'),
  };
  const session = only(await readImport(JSON.stringify([{ title: 't', mapping, current_node: 'gone' }])));
  expect(session.messages.map(({ text }) => text).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const { id, parentId } of session.messages) expect(parentId ?? 0).toBeLessThan(id);
});

test.each([
  ['seconds', 1_750_000_000],
  ['milliseconds', 1_750_000_000_000],
  ['microseconds', 1_750_000_000_000_000],
  ['nanoseconds', 1_750_000_000_000_000_000],
])('a time in Unix %s is read', async (_unit, time) => {
  const message = { role: 'user', content: 'hi', created_at: time };
  expect(only(await readImport(JSON.stringify([message]))).createdMs).toBe(1_750_000_000_000);
});

test.each([1e300, -1, 0])('the impossible time %s is left out', async (time) => {
  const beforeMs = Date.now();
  const message = { role: 'user', content: 'hi', created_at: time };
  expect(only(await readImport(JSON.stringify([message]))).createdMs).toBeGreaterThanOrEqual(beforeMs);
});
