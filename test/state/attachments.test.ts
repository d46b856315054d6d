import { beforeEach, expect, test } from 'vitest';
import type { Attachment } from '../../src/common/chat/attachments.js';
import type { Actions } from '../../src/state/actions.js';
import type { FilesPort, ReadFile } from '../../src/state/ports.js';
import type { AppStore } from '../../src/state/store.js';
import { createActingChat } from '../support/chat/acting-chat.js';
import type { MemoryChat } from '../support/chat/chat-ports.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let clipboard: ReadFile<Attachment>;

const file = (name: string, data = 'AAAA', type = 'image/png'): Attachment => ({
  name,
  type,
  size: (data.length * 3) / 4,
  data,
  url: null,
});
const MiB = 1024 * 1024;
const read = (path: string): ReadFile<Attachment> =>
  path === 'gone'
    ? { ok: false, problem: 'gone cannot be read' }
    : { ok: true, content: file(path, path === 'big' ? 'A'.repeat(5 * MiB) : 'AAAA') };
const files: FilesPort = {
  readText: () => ({ ok: true, content: 'rain' }),
  readTools: () => ({ ok: true, content: [] }),
  readAttachment: read,
  clipboardImage: async () => clipboard,
};

beforeEach(() => {
  clipboard = { ok: true, content: file('clipboard') };
  ({ store, actions, chat } = createActingChat({ files }));
});

const send = (text: string): void => {
  if (text !== '') actions.edit({ type: 'insert', text });
  actions.send();
};
const toast = (): string | undefined => store.getState().toast?.text;
const names = (): string[] => store.getState().attachments.map(({ name }) => name);
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

test('an attached file is sent with the next message and with each later request', async () => {
  actions.attach('cat.png');
  expect(toast()).toContain('attached cat.png');
  send('What is it?');
  expect(names()).toEqual([]);
  const question = { role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] };
  expect(chat.latest.messages).toEqual([question]);
  chat.latest.text('A cat.');
  await chat.latest.end();
  send('Sure?');
  expect(chat.latest.messages[0]).toEqual(question);
});

test('a message can consist of a file only', () => {
  actions.attach('cat.png');
  send('');
  expect(chat.latest.messages).toEqual([{ role: 'user', content: [image] }]);
});

test('without a name the image in the clipboard is attached, or a toast says why not', async () => {
  actions.attach();
  await Promise.resolve();
  expect(names()).toEqual(['clipboard']);
  clipboard = { ok: false, problem: 'the clipboard has no image' };
  actions.attach();
  await new Promise((resolve) => setImmediate(resolve));
  expect(toast()).toBe('the clipboard has no image');
  expect(names()).toEqual(['clipboard']);
});

test('an unreadable file is not attached', () => {
  actions.attach('gone');
  expect(toast()).toBe('gone cannot be read');
  expect(names()).toEqual([]);
});

test('detaching removes the last attachment, or the one with the given name', () => {
  for (const path of ['a.png', 'b.png', 'c.png']) actions.attach(path);
  actions.detach();
  expect(names()).toEqual(['a.png', 'b.png']);
  actions.detach('a.png');
  expect(names()).toEqual(['b.png']);
  actions.detach('a.png');
  expect(toast()).toBe('no attachment has this name: b.png');
  actions.detach();
  actions.detach();
  expect(toast()).toBe('nothing is attached');
});

test('clearing the draft removes its attachments', () => {
  actions.attach('a.png');
  actions.clearOrQuit();
  expect(names()).toEqual([]);
});

test('a file that is too large for the request is refused, also because of earlier attachments', () => {
  actions.attach('big');
  send('One');
  actions.attach('big');
  expect(toast()).toMatch(
    /big does not fit: attach a smaller file, or begin a new conversation: this one has 3\.1 MB left/,
  );
  expect(names()).toEqual([]);
});

test('a queued message keeps its attachments, also when it returns to the draft', async () => {
  send('One');
  actions.attach('a.png');
  send('Two');
  expect(names()).toEqual([]);
  actions.takeBack();
  expect(names()).toEqual(['a.png']);
  send('');
  await chat.latest.end();
  expect(chat.latest.messages.at(-1)?.content).toEqual([{ type: 'text', text: 'Two' }, image]);
});

test('editing the last message restores its attachments, so that they can be removed', async () => {
  actions.attach('a.png');
  send('One');
  await chat.latest.end({ outcome: 'error' });
  actions.reviseLast();
  expect(names()).toEqual(['a.png']);
  actions.detach();
  send('');
  expect(chat.latest.messages).toEqual([{ role: 'user', content: 'One' }]);
});

test('a comparison sends attachments to both sides; without a choice they return to the draft', () => {
  actions.attach('a.png');
  actions.edit({ type: 'insert', text: 'One' });
  actions.compare();
  expect(chat.exchanges.map(({ messages }) => messages[0]?.content)).toEqual([
    [{ type: 'text', text: 'One' }, image],
    [{ type: 'text', text: 'One' }, image],
  ]);
});

test('a tool result has no attachments: they stay for the next message', async () => {
  send('Weather?');
  const call = { id: 'c1', name: 'weather', arguments: '{}' };
  chat.latest.emit({ type: 'tool_call', index: 0, ...call, tMs: 1 });
  await chat.latest.end({ finishReason: 'tool_calls', toolCalls: [call] });
  actions.attach('a.png');
  send('rain');
  expect(toast()).toContain('/detach');
  expect(chat.exchanges).toHaveLength(1);
});
