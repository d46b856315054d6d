import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, openedStore } from '../../sessions/fixtures.js';
import { type SavedChat, savedChat } from '../../support/chat/saved-chat.js';

async function talk(chat: SavedChat, question: string, answer: string): Promise<void> {
  chat.ask(question);
  chat.chat.latest.text(answer);
  await chat.chat.latest.end();
}

async function conversation(): Promise<{ chat: SavedChat; path: string; idOf: (text: string) => number }> {
  const path = join(folder(), 'sessions.db');
  const chat = savedChat(path);
  await talk(chat, 'q1', 'a1');
  await talk(chat, 'q2', 'a2');
  const idOf = (text: string) => chat.store.getState().messages.find((one) => one.text === text)?.id ?? 0;
  return { chat, path, idOf };
}

test('the list offers all messages to branch from, the latest first', async () => {
  const { chat } = await conversation();
  chat.actions.pickBranch();
  const { overlay } = chat.store.getState();
  expect(overlay).toMatchObject({ kind: 'picker', purpose: 'branch' });
  expect(overlay.kind === 'picker' && overlay.items.map(({ label }) => label)).toEqual([
    'assistant: a2',
    'you: q2',
    'assistant: a1',
    'you: q1',
  ]);
});

test('branching from a question puts it into the draft, and sending it makes a sibling branch', async () => {
  const { chat, path, idOf } = await conversation();
  chat.actions.branchFrom(idOf('q1'));
  expect(chat.store.getState().draft.text).toBe('q1');
  chat.actions.edit({ type: 'set', text: 'q1 anew' });
  chat.actions.send();
  expect(chat.texts()).toEqual(['user: q1 anew', 'assistant: ']);
  await chat.chat.latest.end();
  chat.actions.switchBranch(-1);
  expect(chat.texts()).toEqual(['user: q1', 'assistant: a1', 'user: q2', 'assistant: a2']);
  chat.clock.advance(1000);
  const saved = openedStore(path);
  expect(saved.branchInUse(saved.last()?.id ?? '').map(({ text }) => text)).toEqual(['q1', 'a1', 'q2', 'a2']);
});

test('branching from an answer continues the conversation there; the later messages can be restored', async () => {
  const { chat, path, idOf } = await conversation();
  chat.actions.branchFrom(idOf('a1'));
  expect(chat.texts()).toEqual(['user: q1', 'assistant: a1']);
  chat.actions.switchBranch(1);
  expect(chat.texts()).toHaveLength(4);
  chat.actions.branchFrom(idOf('a1'));
  await talk(chat, 'another q2', 'another a2');
  expect(chat.store.getState().messages[2]).toMatchObject({ turn: { number: 2, of: 2 } });
  const saved = openedStore(path);
  expect(saved.load(saved.last()?.id ?? '').messages.map(({ text, parentId }) => [text, parentId])).toEqual([
    ['q1', null],
    ['a1', 1],
    ['q2', 2],
    ['a2', 3],
    ['another q2', 2],
    ['another a2', 5],
  ]);
});

test('a toast says that there is nothing to branch from', () => {
  const { actions, store } = savedChat(join(folder(), 'sessions.db'));
  actions.pickBranch();
  expect(store.getState().toast?.text).toContain('nothing to branch from');
  actions.branchFrom(7);
  expect(store.getState().toast?.text).toContain('gone');
});
