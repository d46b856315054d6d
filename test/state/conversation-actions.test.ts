import { beforeEach, describe, expect, test } from 'vitest';
import type { Actions } from '../../src/state/actions.js';
import type { AppStore } from '../../src/state/store.js';
import { createActingChat } from '../support/chat/acting-chat.js';
import type { MemoryChat } from '../support/chat/chat-ports.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let copied: string[];

beforeEach(() => {
  copied = [];
  ({ store, actions, chat } = createActingChat({ screen: { copy: (text) => copied.push(text) } }));
});

const type = (text: string): void => actions.edit({ type: 'insert', text });
const ask = (text: string): void => {
  type(text);
  actions.send();
};
const toast = (): string | undefined => store.getState().toast?.text;

describe('a message during an answer', () => {
  test('is queued; queued messages are sent one after the other when the answers end', async () => {
    for (const text of ['one', 'two', 'three']) ask(text);
    expect(store.getState()).toMatchObject({
      queue: [{ text: 'two' }, { text: 'three' }],
      draft: { text: '' },
    });
    expect(chat.exchanges).toHaveLength(1);
    await chat.latest.end();
    expect(store.getState().queue).toMatchObject([{ text: 'three' }]);
    expect(chat.latest.messages.at(-1)?.content).toBe('two');
    await chat.latest.end();
    expect(chat.exchanges).toHaveLength(3);
  });

  test('returns to the front of the draft on the first stop; the second stop ends the answer', () => {
    for (const text of ['one', 'two', 'three']) ask(text);
    type('four');
    actions.stop();
    expect(store.getState()).toMatchObject({ queue: [], draft: { text: 'two\n\nthree\n\nfour' } });
    expect(chat.latest.signal?.aborted).toBe(false);
    actions.stop();
    expect(chat.latest.signal?.aborted).toBe(true);
  });

  test('returns to the draft when the answer before it fails', async () => {
    for (const text of ['one', 'two']) ask(text);
    await chat.latest.end({ outcome: 'error' });
    expect(store.getState()).toMatchObject({ queue: [], draft: { text: 'two' } });
    expect(toast()).toContain('in the draft again');
    expect(chat.exchanges).toHaveLength(1);
  });
});

describe('editing the last message', () => {
  test('puts it into the draft; sending replaces it and its answer', async () => {
    ask('one');
    await chat.latest.end();
    ask('tow');
    await chat.latest.end();
    actions.reviseLast();
    expect(store.getState().draft.text).toBe('tow');
    actions.edit({ type: 'set', text: 'two' });
    actions.send();
    expect(store.getState().messages.map(({ text }) => text)).toEqual(['one', '', 'two', '']);
    expect(store.getState().revising).toBeUndefined();
  });

  test('changes nothing when it is cancelled', async () => {
    actions.reviseLast();
    expect(toast()).toContain('nothing to edit');
    ask('one');
    await chat.latest.end();
    actions.reviseLast();
    actions.stop();
    expect(store.getState()).toMatchObject({ draft: { text: '' }, revising: undefined });
    ask('two');
    expect(store.getState().messages.map(({ text }) => text)).toEqual(['one', '', 'two', '']);
  });
});

describe('settings', () => {
  test('apply to the next request', () => {
    actions.setSystem('be brief');
    actions.setTemperature('0.5');
    actions.setParameter('top_p 0.9');
    actions.setParameter('max_tokens 7');
    actions.chooseModel('other');
    ask('hello');
    expect(chat.latest.messages).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hello' },
    ]);
    expect(chat.latest.options).toMatchObject({
      temperature: 0.5,
      maxTokens: 7,
      body: { top_p: 0.9 },
      model: 'other',
    });
  });

  test.each([
    ['temperature hot', 'a number from 0 to 2'],
    ['temperature 3', 'a number from 0 to 2'],
    ['max_tokens 0', 'a whole number'],
    ['messages []', 'the chat sets it itself'],
    ['1x 2', 'usage'],
  ])('that are invalid show an error: %s', (argument, words) => {
    actions.setParameter(argument);
    expect(toast()).toContain(words);
    expect(store.getState().settings).toEqual({ body: {} });
  });

  test('off removes them, and without a value they are shown', () => {
    for (const name of ['temperature', 'top_p', 'max_tokens']) actions.setParameter(`${name} 1`);
    actions.setParameter();
    expect(toast()).toBe('temperature: 1; max_tokens: 1; top_p: 1');
    for (const name of ['temperature', 'top_p', 'max_tokens']) {
      actions.setParameter(name);
      expect(toast()).toContain(`${name}: 1; it takes`);
    }
    for (const name of ['temperature', 'top_p', 'max_tokens']) actions.setParameter(`${name} off`);
    actions.setSystem('x');
    actions.setSystem('off');
    ask('hello');
    expect(chat.latest.options).not.toHaveProperty('temperature');
    expect(chat.latest.options).not.toHaveProperty('body');
    expect(chat.latest.messages).toHaveLength(1);
  });
});

describe('the log of exchanges', () => {
  test('keeps requests and responses, newest first, without secrets', async () => {
    ask('one');
    chat.latest.start();
    chat.latest.emit({
      type: 'headers',
      tMs: 5,
      statusCode: 200,
      headers: { 'x-request-id': 'r1', 'set-cookie': 'secret' },
      buffered: false,
    });
    chat.latest.text('hello');
    await chat.latest.end();
    ask('two');
    const [second, first] = actions.log.all();
    expect([second?.number, second?.end]).toEqual([2, undefined]);
    expect(first).toMatchObject({
      number: 1,
      response: { statusCode: 200, headers: { 'x-request-id': 'r1', 'set-cookie': '[hidden]' } },
      events: [{ tMs: 0, type: 'text', text: 'hello' }],
      end: { outcome: 'complete' },
    });
    expect(first?.request?.body).toContain('"content": "one"');
  });

  test('is bounded', async () => {
    ask('long');
    for (let index = 0; index < 200; index += 1) chat.latest.text('x'.repeat(1000));
    await chat.latest.end();
    const [long] = actions.log.all();
    expect(long?.events.length).toBeLessThan(66);
    expect(long?.left).toBe(200 - (long?.events.length ?? 0));
    for (let index = 0; index < 60; index += 1) {
      ask('again');
      await chat.latest.end();
    }
    expect(actions.log.all()).toHaveLength(50);
  });
});

test('copying takes the last answer as Markdown source', async () => {
  actions.copy();
  expect(toast()).toContain('no answer to copy');
  ask('hello');
  chat.latest.text('**text**\n');
  await chat.latest.end();
  actions.copy();
  expect(copied).toEqual(['**text**\n']);
});

test('copying code takes the only block, or lets the user choose one', async () => {
  const answer = async (text: string): Promise<void> => {
    ask('hello');
    chat.latest.text(text);
    await chat.latest.end();
    actions.copyCode();
  };
  await answer('no code');
  expect(toast()).toBe('the last answer has no code block');
  await answer('```sh\nls\n```');
  expect(copied).toEqual(['ls']);
  expect(toast()).toBe('copied the code: 1 line');
  await answer('```sh\nls\n```\n```ts\nf();\ng();\n```');
  const { overlay } = store.getState();
  expect(overlay.kind === 'picker' && overlay.items).toEqual([
    { id: '0', label: 'sh, 1 line: ls' },
    { id: '1', label: 'ts, 2 lines: f();' },
  ]);
  actions.copyCode(1);
  expect(copied.at(-1)).toBe('f();\ng();');
});
