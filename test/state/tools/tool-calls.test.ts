import { beforeEach, describe, expect, test } from 'vitest';
import type { Actions } from '../../../src/state/actions.js';
import type { AssistantMessage } from '../../../src/state/messages.js';
import type { FilesPort } from '../../../src/state/ports.js';
import type { AppStore } from '../../../src/state/store.js';
import { awaitedCall } from '../../../src/state/tools/tool-calls.js';
import { createActingChat } from '../../support/chat/acting-chat.js';
import type { MemoryChat } from '../../support/chat/chat-ports.js';
import type { FakeClock } from '../../support/clocks/clock.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let clock: FakeClock;

const files: FilesPort = {
  readAttachment: (path) => ({ ok: false, problem: path }),
  clipboardImage: async () => ({ ok: false, problem: '' }),
  readText: (path) =>
    path === 'result.txt'
      ? { ok: true, content: 'from a \x1b[31mfile\n' }
      : { ok: false, problem: `${path} cannot be read` },
  readTools: () => ({ ok: true, content: [{ type: 'function', function: { name: 'weather' } }] }),
};

beforeEach(() => {
  ({ store, actions, chat, clock } = createActingChat({ files }));
});

const send = (text: string): void => {
  actions.edit({ type: 'insert', text });
  actions.send();
};
const lastAnswer = (): AssistantMessage | undefined =>
  store.getState().messages.findLast((message) => message.role === 'assistant');
const toast = (): string | undefined => store.getState().toast?.text;

const WEATHER = { id: 'c1', name: 'weather', arguments: '{"at":"Bern"}' };
const TIME = { id: 'c2', name: 'time', arguments: '{}' };

async function called(...calls: (typeof WEATHER)[]): Promise<void> {
  for (const [index, { id, name, arguments: args }] of calls.entries()) {
    chat.latest.emit({ type: 'tool_call', index, id, name, arguments: args.slice(0, 3), tMs: 1 });
    chat.latest.emit({ type: 'tool_call', index, arguments: args.slice(3), tMs: 2 });
  }
  await chat.latest.end({ finishReason: 'tool_calls', toolCalls: calls });
}
const callOf = ({ id, name, arguments: args }: typeof WEATHER) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('a tool call', () => {
  test('is in the answer piece by piece while it streams, without control sequences', () => {
    send('Weather?');
    chat.latest.start();
    chat.latest.emit({
      type: 'tool_call',
      index: 0,
      id: 'c1',
      name: 'wea\x1b[2Jther',
      arguments: '',
      tMs: 1,
    });
    clock.advance(60);
    expect(lastAnswer()?.toolCalls).toEqual([{ id: 'c1', name: 'weather', arguments: '' }]);
    chat.latest.emit({ type: 'tool_call', index: 0, arguments: '{"at":\x1b', tMs: 2 });
    chat.latest.emit({ type: 'tool_call', index: 0, arguments: '[31m"Bern"}', tMs: 3 });
    clock.advance(60);
    expect(lastAnswer()?.toolCalls).toEqual([{ id: 'c1', name: 'weather', arguments: '{"at":"Bern"}' }]);
  });

  test('gets the typed text as its result, and the request has both', async () => {
    send('Weather?');
    await called(WEATHER);
    send('rain');
    expect(chat.latest.messages).toEqual([
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [callOf(WEATHER)] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
    ]);
    chat.latest.text('It rains.');
    await chat.latest.end();
    send('Thanks');
    expect(chat.latest.messages.slice(3)).toEqual([
      { role: 'assistant', content: 'It rains.' },
      { role: 'user', content: 'Thanks' },
    ]);
  });

  test('gets a sanitized file as its result', async () => {
    send('Weather?');
    await called(WEATHER);
    actions.resultFromFile('result.txt');
    expect(chat.latest.messages.at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 'c1',
      content: 'from a file\n',
    });
  });

  test('still waits when the file cannot be read', async () => {
    send('Weather?');
    await called(WEATHER);
    actions.resultFromFile('gone');
    expect(toast()).toBe('gone cannot be read');
    expect(awaitedCall(store.getState())?.call.name).toBe('weather');
    expect(chat.exchanges).toHaveLength(1);
  });

  test('without an id from the server gets one, so that its result can name it', async () => {
    send('Weather?');
    await called({ ...WEATHER, id: '' });
    send('rain');
    expect(chat.latest.messages.at(-1)).toMatchObject({ role: 'tool', tool_call_id: 'call_1' });
  });

  test('of a stopped or truncated answer waits for no result and is not sent', async () => {
    send('Weather?');
    chat.latest.emit({ type: 'tool_call', index: 0, id: 'c1', name: 'weather', arguments: '{"a', tMs: 1 });
    await chat.latest.end({ outcome: 'cancelled', finishReason: null });
    expect(awaitedCall(store.getState())).toBeUndefined();
    send('Never mind');
    expect(chat.latest.messages).toEqual([
      { role: 'user', content: 'Weather?' },
      { role: 'user', content: 'Never mind' },
    ]);
  });
});

describe('a member that the provider expects back', () => {
  const carried = { message: { reasoning_content: 'Look.' }, calls: { 0: { google: 'sig' } } };

  test('is sent with the calls, and with the answer that ends their turn', async () => {
    send('Weather?');
    chat.latest.emit({ type: 'tool_call', index: 0, ...WEATHER, tMs: 1 });
    await chat.latest.end({ finishReason: 'tool_calls', toolCalls: [WEATHER], carried });
    send('rain');
    expect(chat.latest.messages[1]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ ...callOf(WEATHER), extra_content: { google: 'sig' } }],
      reasoning_content: 'Look.',
    });
    chat.latest.text('It rains.');
    await chat.latest.end({ carried: { message: { reasoning_content: 'So.' }, calls: {} } });
    send('Thanks');
    expect(chat.latest.messages[3]).toEqual({
      role: 'assistant',
      content: 'It rains.',
      reasoning_content: 'So.',
    });
  });

  test('is not sent to another endpoint, nor with answers without calls', async () => {
    send('Hello');
    chat.latest.text('Hi.');
    await chat.latest.end({ carried });
    send('Weather?');
    expect(chat.latest.messages[1]).toEqual({ role: 'assistant', content: 'Hi.' });
    chat.latest.emit({ type: 'tool_call', index: 0, ...WEATHER, tMs: 1 });
    await chat.latest.end({ finishReason: 'tool_calls', toolCalls: [WEATHER], carried });
    actions.chooseModel('another');
    send('rain');
    expect(chat.latest.messages[3]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [callOf(WEATHER)],
    });
  });
});

describe('several calls', () => {
  test('get their results one after the other before the request is sent', async () => {
    send('Weather and time?');
    await called(WEATHER, TIME);
    send('rain');
    expect(chat.exchanges).toHaveLength(1);
    expect(awaitedCall(store.getState())).toMatchObject({ call: { name: 'time' }, number: 2, of: 2 });
    send('noon');
    expect(chat.latest.messages.slice(1)).toEqual([
      { role: 'assistant', content: null, tool_calls: [callOf(WEATHER), callOf(TIME)] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'tool', tool_call_id: 'c2', content: 'noon' },
    ]);
  });

  test('can be skipped: calls without a result are not sent, because providers refuse them', async () => {
    send('Weather and time?');
    await called(WEATHER, TIME);
    send('rain');
    actions.stop();
    expect(toast()).toContain('gets no result');
    send('Enough');
    expect(chat.latest.messages.slice(1)).toEqual([
      { role: 'assistant', content: null, tool_calls: [callOf(WEATHER)] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'user', content: 'Enough' },
    ]);
  });

  test('are replaced when the question is sent again, also when some have results', async () => {
    send('Weather and time?');
    await called(WEATHER, TIME);
    send('rain');
    actions.regenerate();
    expect(chat.latest.messages).toEqual([{ role: 'user', content: 'Weather and time?' }]);
  });
});

test('a queued message does not become a result: it returns to the draft', async () => {
  send('Weather?');
  send('And then?');
  await called(WEATHER);
  expect(store.getState()).toMatchObject({ queue: [], draft: { text: 'And then?' } });
  expect(toast()).toContain('calls a tool');
  expect(chat.exchanges).toHaveLength(1);
});

test('regenerating after a result sends that result again', async () => {
  send('Weather?');
  await called(WEATHER);
  send('rain');
  await chat.latest.end({ outcome: 'error' });
  actions.regenerate();
  expect(chat.latest.messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'c1', content: 'rain' });
});

test('a result can be changed by branching from it', async () => {
  send('Weather?');
  await called(WEATHER);
  send('rain');
  chat.latest.text('It rains.');
  await chat.latest.end();
  const result = store.getState().messages.find(({ role }) => role === 'tool');
  actions.branchFrom(result?.id ?? 0);
  expect(store.getState().draft.text).toBe('rain');
  expect(awaitedCall(store.getState())?.call.name).toBe('weather');
  actions.edit({ type: 'set', text: 'snow' });
  actions.send();
  expect(chat.latest.messages.at(-1)).toMatchObject({ role: 'tool', content: 'snow' });
  expect(store.getState().messages.findLast(({ role }) => role === 'tool')).toMatchObject({
    turn: { number: 2, of: 2 },
  });
});

test('tools from a file are sent with every request until they are removed', async () => {
  actions.loadTools();
  expect(toast()).toContain('/tools FILE');
  actions.loadTools('tools.json');
  expect(toast()).toBe('tools: weather');
  send('Weather?');
  expect(chat.latest.options.body).toEqual({ tools: [{ type: 'function', function: { name: 'weather' } }] });
  await chat.latest.end();
  actions.loadTools('off');
  send('Weather?');
  expect(chat.latest.options.body).toBeUndefined();
});

test('a result without a call shows a toast', () => {
  actions.resultFromFile('result.txt');
  expect(toast()).toBe('no tool call waits for a result');
});
