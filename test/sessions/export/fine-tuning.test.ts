import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { toFineTuning } from '../../../src/sessions/export/fine-tuning.js';
import { readImport } from '../../../src/sessions/import/recognise.js';
import type { Session } from '../../../src/sessions/types.js';
import { ask, exchange, openedStore } from '../fixtures.js';

interface Example {
  messages: (OpenAI.ChatCompletionMessageParam & { weight?: number })[];
  tools?: OpenAI.ChatCompletionTool[];
}

/** Violations of the rules in OpenAI's guides to supervised fine-tuning and to vision. */
function problemsOf(line: string): string[] {
  const { messages, tools = [], ...others }: Example = JSON.parse(line);
  const problems = Object.keys(others).map((name) => `unknown member ${name}`);
  const names = new Set(tools.map((tool) => (tool.type === 'function' ? tool.function.name : '')));
  const images = messages.flatMap(({ content }) =>
    Array.isArray(content) ? content.filter(({ type }) => type === 'image_url') : [],
  );
  if (images.length > 10) problems.push('over 10 images');
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || last.weight === 0) problems.push('nothing to learn at the end');
  for (const [index, message] of messages.entries()) {
    if (!['system', 'user', 'assistant', 'tool', 'developer'].includes(message.role))
      problems.push(`role ${message.role}`);
    if (message.role !== 'assistant' && 'weight' in message) problems.push('weight of another role');
    if (message.role === 'system' && index > 0) problems.push('system prompt in the middle');
    if (message.role !== 'user' && Array.isArray(message.content)) problems.push('parts of another role');
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    if (!message.content && calls.length === 0) problems.push(`message ${index} is empty`);
    for (const call of calls) {
      if (call.type !== 'function' || !names.has(call.function.name))
        problems.push(`call of an unknown tool`);
      const results = messages.slice(index + 1, index + 1 + calls.length);
      if (!results.some((one) => one.role === 'tool' && one.tool_call_id === call.id))
        problems.push('call without result');
    }
  }
  return problems;
}

const linesOf = (...sessions: Session[]): string[] =>
  toFineTuning(sessions)
    .lines.split('\n')
    .filter((line) => line !== '');

test('each conversation is one line, by the rules of OpenAI, with its system prompt, tools and images', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const image = { name: 'dot.png', type: 'image/png', size: 3, data: 'AQID', url: null };
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
  const request = { model: 'm', tools, messages: [{ role: 'system', content: 'Be brief.' }] };
  const question = store.append(id, {
    role: 'user',
    text: 'What is it?',
    parentId: null,
    attachments: [image],
  });
  const call = store.beginAnswer(id, { parentId: question, endpoint: 'e', model: 'm' });
  const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{}' }];
  store.finishAnswer(call, { text: '', toolCalls, status: 'complete', exchange: exchange({ request }) });
  const result = store.append(id, { role: 'tool', text: 'a dot', parentId: call, toolCallId: 'call_1' });
  const last = store.beginAnswer(id, { parentId: result, endpoint: 'e', model: 'm' });
  store.finishAnswer(last, { text: 'A dot.', status: 'complete', exchange: exchange({ request }) });
  ask(store, id, 'More?', 'half an ans', last, {
    error: { class: 'T', message: '', hop: null, statusCode: null },
  });
  const [line = '', ...others] = linesOf(store.load(id));
  expect(others).toEqual([]);
  expect(problemsOf(line)).toEqual([]);
  expect(JSON.parse(line)).toEqual({
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'a dot' },
      { role: 'assistant', content: 'A dot.' },
    ],
    tools,
  });
});

test('unsuitable answers have weight 0, and unsuitable conversations are omitted with the reason', () => {
  const store = openedStore();
  const session = (answers: [text: string, refusal: string, failed: boolean][]): Session => {
    const { id } = store.create('t');
    let parentId: number | null = null;
    for (const [text, refusal, failed] of answers) {
      const question: number = store.append(id, { role: 'user', text: 'q', parentId });
      parentId = store.beginAnswer(id, { parentId: question, endpoint: 'e', model: 'm' });
      store.finishAnswer(parentId, { text, refusal, status: failed ? 'truncated' : 'complete' });
    }
    return store.load(id);
  };
  const [line = ''] = linesOf(
    session([
      ['half', '', true],
      ['', 'No.', false],
      ['whole', '', false],
      ['ha', '', true],
    ]),
  );
  expect(problemsOf(line)).toEqual([]);
  const weights = JSON.parse(line).messages.map(
    ({ content, weight = 1 }: { content: string; weight?: number }) => [content, weight],
  );
  expect(weights).toEqual([
    ['q', 1],
    ['half', 0],
    ['q', 1],
    ['No.', 0],
    ['q', 1],
    ['whole', 1],
  ]);

  const none = session([['half', '', true]]);
  const whole = session([['whole', '', false]]);
  const file = { name: 'a.gif', type: 'image/gif', size: 1, data: 'AA==', url: null };
  const withFile = { ...whole, messages: whole.messages.map((one) => ({ ...one, attachments: [file] })) };
  expect(toFineTuning([none, withFile])).toEqual({
    lines: '',
    omitted: [
      `${none.id} left out: it has no complete answer`,
      `${withFile.id} left out: it has a file that is not a PNG, JPEG or WebP image`,
    ],
  });
});

test('examples are the same after an import and another export', async () => {
  const store = openedStore();
  const { id } = store.create('t');
  const first = ask(store, id, 'q1', 'a1', null, { request: {} });
  ask(store, id, 'q2', 'a2', first.answer, { request: {} });
  const { lines } = toFineTuning([store.load(id)]);
  const { sessions } = await readImport(lines);
  expect(toFineTuning(sessions).lines).toBe(lines);
});
