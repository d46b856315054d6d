import { expect, test } from 'vitest';
import { openSessions } from '../../../src/sessions/store.js';
import type { Message } from '../../../src/sessions/types.js';
import { awaitedCall } from '../../../src/state/tools/tool-calls.js';
import { sessionsPath } from '../../sessions/fixtures.js';
import { type SavedChat, savedChat } from '../../support/chat/saved-chat.js';
import { createFakeClock } from '../../support/clocks/clock.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const WEATHER = { id: 'c1', name: 'weather', arguments: '{"at":"Bern"}' };
const TIME = { id: 'c2', name: 'time', arguments: '{}' };

const inFile = (path: string): Message[] => {
  const store = openSessions(path);
  try {
    return store.branchInUse(store.last()?.id ?? '');
  } finally {
    store.close();
  }
};
async function called({ chat }: SavedChat): Promise<void> {
  for (const [index, call] of [WEATHER, TIME].entries()) {
    chat.latest.emit({ type: 'tool_call', index, ...call, tMs: 1 });
  }
  await chat.latest.end({ finishReason: 'tool_calls', toolCalls: [WEATHER, TIME] });
}
const opened = async (path: string): Promise<SavedChat> => {
  const again = savedChat(path, { begin: { kind: 'last' }, clock: createFakeClock(Date.now()) });
  await settled();
  return again;
};

test('tool calls are on disk while they stream and at their end, and a result before it is sent', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('Weather and time?');
  first.chat.latest.start();
  first.chat.latest.emit({
    type: 'tool_call',
    index: 0,
    id: 'c1',
    name: 'weather',
    arguments: '{"at',
    tMs: 1,
  });
  first.clock.advance(1000);
  expect(inFile(path)[1]?.toolCalls).toEqual([{ ...WEATHER, arguments: '{"at' }]);
  first.chat.latest.emit({ type: 'tool_call', index: 0, arguments: '":"Bern"}', tMs: 2 });
  first.chat.latest.emit({ type: 'tool_call', index: 1, ...TIME, tMs: 2 });
  await first.chat.latest.end({ finishReason: 'tool_calls', toolCalls: [WEATHER, TIME] });
  first.ask('rain');
  expect(inFile(path)).toMatchObject([
    { role: 'user' },
    { role: 'assistant', toolCalls: [WEATHER, TIME], finishReason: 'tool_calls' },
    { role: 'tool', text: 'rain', toolCallId: 'c1' },
  ]);
});

test('a reopened conversation continues with the tool call that waits for its result', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('Weather and time?');
  await called(first);
  first.ask('rain');
  first.actions.dispose();
  const second = await opened(path);
  expect(second.texts()).toEqual(['user: Weather and time?', 'assistant: ', 'tool: rain']);
  expect(second.store.getState().messages[2]).toMatchObject({ call: { id: 'c1', name: 'weather' } });
  expect(awaitedCall(second.store.getState())).toMatchObject({ call: TIME, number: 2, of: 2 });
  second.ask('noon');
  expect(second.chat.latest.messages.slice(1)).toMatchObject([
    { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }, { id: 'c2' }] },
    { role: 'tool', tool_call_id: 'c1', content: 'rain' },
    { role: 'tool', tool_call_id: 'c2', content: 'noon' },
  ]);
  second.chat.latest.text('It rains at noon.');
  await second.chat.latest.end();
  expect(inFile(path).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
});

test('a saved refusal is shown as the answer, with sanitized tool calls', async () => {
  const path = sessionsPath();
  const store = openSessions(path);
  const { id } = store.create('asked');
  const question = store.append(id, { role: 'user', text: 'Q', parentId: null });
  const answer = store.beginAnswer(id, { parentId: question, endpoint: 'e', model: 'm' });
  const toolCalls = [{ id: 'c1', name: 'a\x1b[2Jb', arguments: '\x1b]0;x\x07{}' }];
  store.finishAnswer(answer, { text: '', refusal: 'No.', toolCalls, status: 'complete' });
  store.close();
  const chat = await opened(path);
  expect(chat.texts()).toEqual(['user: Q', 'assistant: No.']);
  expect(chat.store.getState().messages[1]).toMatchObject({
    toolCalls: [{ id: 'c1', name: 'ab', arguments: '{}' }],
  });
});

test('attachments are saved with their question and sent again from the reopened conversation', async () => {
  const path = sessionsPath();
  const first = savedChat(path, {
    attachment: { name: 'cat.png', type: 'image/png', size: 3, data: 'AAAA', url: null },
  });
  first.actions.attach('cat.png');
  first.ask('What is it?');
  await first.chat.latest.end();
  first.actions.dispose();
  const second = await opened(path);
  second.ask('Sure?');
  expect(second.chat.latest.messages[0]).toEqual({
    role: 'user',
    content: [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ],
  });
});

test('a reopened turn with calls sends the provider’s carried members back with the results', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  const carried = {
    message: { thinking_blocks: [{ type: 'thinking', thinking: 'Look.', signature: 'EqQBCgIYAh==' }] },
    calls: { 1: { google: { thought_signature: 'CiQB' } } },
  };
  first.ask('Weather and time?');
  for (const [index, call] of [WEATHER, TIME].entries())
    first.chat.latest.emit({ type: 'tool_call', index, ...call, tMs: 1 });
  await first.chat.latest.end({ finishReason: 'tool_calls', toolCalls: [WEATHER, TIME], carried });
  first.actions.dispose();
  const second = await opened(path);
  second.ask('rain');
  second.ask('noon');
  expect(second.chat.latest.messages[1]).toEqual({
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'c1', type: 'function', function: { name: 'weather', arguments: WEATHER.arguments } },
      {
        id: 'c2',
        type: 'function',
        function: { name: 'time', arguments: '{}' },
        extra_content: { google: { thought_signature: 'CiQB' } },
      },
    ],
    ...carried.message,
  });
});

test('reasoning of an answer without calls is not kept a second time', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('hi');
  await first.chat.latest.end({ carried: { message: { reasoning_content: 'Hm.' }, calls: {} } });
  expect(inFile(path)[1]?.carried).toBeNull();
});
