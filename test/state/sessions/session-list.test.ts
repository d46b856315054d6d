import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionStore } from '../../../src/sessions/store.js';
import type { SessionList } from '../../../src/state/sessions/session-list.js';
import { ask, folder, openedStore } from '../../sessions/fixtures.js';
import { type SavedChat, savedChat } from '../../support/chat/saved-chat.js';

/** A chat with three saved sessions and an open list. */
function listed(): { chat: SavedChat; saved: SessionStore; list: () => SessionList } {
  const path = join(folder(), 'data', 'sessions.db');
  const saved = openedStore(path);
  const texts = { 'on badgers': 'badgers dig', 'on wombats': 'wombats dig cubes', 'on birds': 'birds fly' };
  for (const [title, text] of Object.entries(texts)) ask(saved, saved.create(title).id, 'tell me', text);
  const chat = savedChat(path);
  chat.actions.showSessions();
  const list = (): SessionList => {
    const { overlay } = chat.store.getState();
    if (overlay.kind !== 'sessions') throw new Error('the list is not open');
    return overlay;
  };
  return { chat, saved, list };
}

const titles = ({ rows }: SessionList): string[] => rows.map(({ title }) => title);
const search = ({ actions, clock }: SavedChat, query: string): void => {
  actions.searchSessions(query);
  clock.advance(100);
};

test('the list has the last used session first, each with its details', () => {
  const { list } = listed();
  expect(titles(list())).toEqual(['on birds', 'on wombats', 'on badgers']);
  expect(list().rows[0]).toMatchObject({ preview: 'birds fly', model: 'gpt-4o', tokens: 60, pinned: false });
});

test('typing searches all sessions and shows the matches', () => {
  const { chat, list } = listed();
  search(chat, 'dig');
  expect(titles(list())).toEqual(['on wombats', 'on badgers']);
  expect(list().rows[0]?.found).toMatchObject({
    count: 1,
    snippet: [
      { text: 'wombats ', found: false },
      { text: 'dig', found: true },
      { text: ' cubes', found: false },
    ],
  });
  search(chat, 'dig cub');
  expect(titles(list())).toEqual(['on wombats']);
  search(chat, 'ttft>2s');
  expect(titles(list())).toEqual([]);
  search(chat, 'model:gpt-4o ttft<2s');
  expect(titles(list())).toHaveLength(3);
  search(chat, 'ttft>soon');
  expect(list().problem).toContain('give a duration');
  search(chat, '');
  expect(titles(list())).toHaveLength(3);
});

test('opening a session replaces the conversation and scrolls to the match', () => {
  const { chat, saved, list } = listed();
  const wombats = list().rows[1]?.id ?? '';
  const first = saved.branchInUse(wombats)[0]?.id ?? null;
  // This later branch has no match.
  saved.beginAnswer(wombats, { parentId: first, endpoint: 'openai', model: 'gpt-4o' });
  search(chat, 'cubes');
  chat.actions.openSession();
  expect(chat.texts()).toEqual(['user: tell me', 'assistant: wombats dig cubes']);
  const { overlay, name, scroll } = chat.store.getState();
  expect([overlay.kind, name, scroll.kind]).toEqual(['none', 'on wombats', 'held']);
});

test('a key right after typing acts on the new matches, not on the earlier list', () => {
  const { chat, saved, list } = listed();
  chat.actions.searchSessions('badgers');
  chat.actions.deleteSession();
  expect(saved.list().map(({ title }) => title)).toEqual(['on birds', 'on wombats']);
  expect(titles(list())).toEqual([]);
  chat.actions.searchSessions('nothing has this');
  chat.actions.pinSession();
  expect(saved.list().some(({ pinned }) => pinned)).toBe(false);
  chat.actions.searchSessions('wombats');
  chat.actions.openSession();
  expect(chat.texts()).toEqual(['user: tell me', 'assistant: wombats dig cubes']);
});

test('a session is renamed, in the list and on the screen', () => {
  const { chat, saved, list } = listed();
  chat.actions.openSession();
  chat.actions.showSessions();
  for (const title of ['on parrots', ' ']) {
    chat.actions.renameSession(title);
    chat.actions.keepName();
  }
  expect(titles(list())).toEqual(['on parrots', 'on wombats', 'on badgers']);
  expect(chat.store.getState().name).toBe('on parrots');
  chat.actions.moveInSessions(2);
  chat.actions.renameSession('on moles');
  chat.actions.renameSession(undefined);
  chat.actions.renameSession('on shrews');
  chat.actions.keepName();
  expect(saved.list().map(({ title }) => title)).toEqual(['on parrots', 'on wombats', 'on shrews']);
});

test('a pinned session moves to the top and stays chosen', () => {
  const { chat, list } = listed();
  chat.actions.moveInSessions(2);
  chat.actions.pinSession();
  expect(titles(list())).toEqual(['on badgers', 'on birds', 'on wombats']);
  expect(list().index).toBe(0);
  chat.actions.pinSession();
  expect(titles(list())).toEqual(['on birds', 'on wombats', 'on badgers']);
});

test('deleted sessions can be restored, also the one on the screen', () => {
  const { chat, list } = listed();
  chat.actions.openSession();
  chat.actions.showSessions();
  chat.actions.deleteSession();
  expect(chat.texts()).toEqual([]);
  chat.actions.deleteSession();
  expect(titles(list())).toEqual(['on badgers']);
  chat.actions.undoDelete();
  chat.actions.undoDelete();
  expect(titles(list())).toHaveLength(3);
  chat.actions.undoDelete();
  expect(chat.store.getState().toast?.text).toContain('nothing to restore');
});

test('a session deleted in a list that was closed can be restored in the next one', () => {
  const { chat, list } = listed();
  chat.actions.deleteSession();
  expect(chat.store.getState().toast?.text).toMatch(/^deleted "on birds"/);
  chat.actions.show({ kind: 'none' });
  chat.actions.showSessions();
  expect(titles(list())).not.toContain('on birds');
  chat.actions.undoDelete();
  expect(titles(list())).toContain('on birds');
});

test('deleting the open conversation shows a notice', () => {
  const { chat } = listed();
  chat.actions.openSession();
  chat.actions.showSessions();
  chat.actions.deleteSession();
  expect(chat.store.getState().toast?.text).toMatch(/^deleted the open conversation "on birds"/);
});

test('no other session can be opened while an answer runs', () => {
  const { chat } = listed();
  chat.ask('wait');
  chat.actions.openSession();
  expect(chat.store.getState().toast?.text).toContain('an answer is running');
  expect(chat.texts()[0]).toBe('user: wait');
});

test('opening a session that another program deleted shows a toast', () => {
  const { chat, saved, list } = listed();
  saved.purge(list().rows[0]?.id ?? '');
  chat.actions.openSession();
  expect(chat.store.getState().toast?.text).toContain('there is no session');
});
