import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { SessionsError } from '../../../src/sessions/problem.js';
import { openSessions } from '../../../src/sessions/store.js';
import { folder, openedStore, sessionsPath } from '../../sessions/fixtures.js';
import { savedChat } from '../../support/chat/saved-chat.js';
import { createFakeClock } from '../../support/clocks/clock.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** All texts in the file by session; the last used session comes first. */
const inFile = (path: string): string[][] => {
  const store = openSessions(path);
  try {
    return store.list().map(({ id }) => store.branchInUse(id).map(({ text }) => text));
  } finally {
    store.close();
  }
};

test('a question is on disk before it is sent', () => {
  const path = sessionsPath();
  const { chat, ask } = savedChat(path);
  const send = chat.exchange;
  let onDisk: string[][] = [];
  chat.exchange = (messages, options) => {
    onDisk = inFile(path);
    return send(messages, options);
  };
  ask('Why?');
  expect(onDisk).toEqual([['Why?', '']]);
});

test('an answer is on disk within a second, and with its exchange at its end', async () => {
  const path = sessionsPath();
  const { chat, clock, ask } = savedChat(path);
  ask('Why?');
  chat.latest.start();
  chat.latest.emit({ type: 'headers', tMs: 5, statusCode: 200, headers: {}, buffered: false });
  chat.latest.text('Because ');
  clock.advance(1000);
  expect(inFile(path)).toEqual([['Why?', 'Because ']]);
  chat.latest.text('of it.');
  await chat.latest.end({ finishReason: 'stop' });
  const store = openedStore(path);
  const session = store.load(store.last()?.id ?? '');
  expect(session.messages[1]).toMatchObject({ text: 'Because of it.', status: 'complete' });
  const [exchange] = session.exchanges;
  expect(exchange).toMatchObject({ questionId: 1, answerId: 2, outcome: 'complete' });
  expect(exchange?.timeline).toEqual({
    headersMs: 5,
    text: { ms: [0, 0], chars: [8, 6] },
    reasoning: { ms: [], chars: [] },
  });
  // The saved request lacks the conversation, which is saved as messages.
  expect(exchange?.request).toEqual({ model: 'm', stream: true });
  expect(exchange?.metrics).toMatchObject({ finishReason: 'stop' });
});

test('after a crash, the next start offers to resume with the partial answer, the queue and the draft', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('one');
  first.chat.latest.text('half an ans');
  first.ask('queued');
  first.type('a draft');
  first.clock.advance(1000);
  // The first chat is not closed, but it has written nothing for a while.
  const clock = createFakeClock(first.clock.unixMs() + 60_000);
  const second = savedChat(path, { clock });
  await settled();
  expect(second.store.getState().offer).toMatchObject({ title: 'one', interrupted: true });
  expect(second.texts()).toEqual([]);
  second.actions.continueLast();
  expect(second.texts()).toEqual(['user: one', 'assistant: half an ans']);
  const { messages, draft, offer, queue } = second.store.getState();
  expect(messages[1]).toMatchObject({ status: { kind: 'interrupted' } });
  expect(draft.text).toBe('queued\n\na draft');
  expect([offer, queue]).toEqual([undefined, []]);
  second.actions.regenerate();
  second.chat.latest.text('whole');
  await second.chat.latest.end();
  expect(inFile(path)).toEqual([['one', 'whole']]);
});

test('the start offers a conversation with an unsent draft, but not a finished one', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('one');
  await first.chat.latest.end();
  first.actions.dispose();
  const second = savedChat(path, { begin: { kind: 'last' } });
  expect(second.store.getState().offer).toBeUndefined();
  expect(second.texts()).toEqual(['user: one', 'assistant: ']);
  second.type('unsent');
  second.actions.dispose();
  expect(savedChat(path).store.getState().offer).toMatchObject({ title: 'one', interrupted: false });
});

test('text typed before the first question is in the editor at the next start', () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.type('to be continued');
  first.clock.advance(1000);
  const second = savedChat(path);
  expect(second.store.getState().draft.text).toBe('to be continued');
  second.actions.send();
  second.clock.advance(1000);
  expect(savedChat(path).store.getState().draft.text).toBe('');
});

test('a sent draft is not restored', () => {
  const path = sessionsPath();
  const { clock, type, actions } = savedChat(path);
  type('hello');
  clock.advance(1000);
  const store = openedStore(path);
  expect(store.draft(null)).toBe('hello');
  actions.send();
  expect(store.draft(null)).toBe('');
  expect(store.draft(store.last()?.id ?? '')).toBe('');
});

test('branches are saved and return when the session is opened', async () => {
  const path = sessionsPath();
  const first = savedChat(path);
  first.ask('q');
  first.chat.latest.text('first');
  await first.chat.latest.end();
  first.actions.regenerate();
  first.chat.latest.text('second');
  await first.chat.latest.end();
  first.actions.switchBranch(-1);
  first.actions.dispose();
  const second = savedChat(path, { begin: { kind: 'last' } });
  expect(second.texts()).toEqual(['user: q', 'assistant: first']);
  expect(second.store.getState().messages[1]).toMatchObject({ turn: { number: 1, of: 2 } });
  second.actions.switchBranch(1);
  second.ask('more');
  second.actions.dispose();
  expect(inFile(path)).toEqual([['q', 'second', 'more', '']]);
});

test('both answers of a comparison are saved while they stream; the chosen one is in the branch in use', async () => {
  const path = sessionsPath();
  const { type, actions, chat, clock } = savedChat(path);
  type('q');
  actions.compare('openai');
  const [one, other] = chat.exchanges;
  one?.text('from one');
  other?.text('from the other');
  clock.advance(1000);
  const saved = openedStore(path);
  const messages = () =>
    saved.load(saved.last()?.id ?? '').messages.map(({ text, parentId }) => [text, parentId]);
  const both = [
    ['q', null],
    ['from one', 1],
    ['from the other', 1],
  ];
  expect(messages()).toEqual(both);
  await one?.end();
  await other?.end();
  actions.chooseSide();
  clock.advance(1000);
  expect(messages()).toEqual(both);
  expect(inFile(path)).toEqual([['q', 'from one']]);
});

test('a session opened by name continues; an unknown name starts a new session with it', async () => {
  const path = sessionsPath();
  const first = savedChat(path, { begin: { kind: 'named', name: 'plans' } });
  expect(first.store.getState().name).toBe('plans');
  first.ask('one');
  await first.chat.latest.end();
  first.actions.nameConversation('plans 2');
  first.actions.dispose();
  const second = savedChat(path, { begin: { kind: 'named', name: 'plans 2' } });
  expect(second.texts()).toEqual(['user: one', 'assistant: ']);
  second.actions.newConversation();
  second.ask('two');
  expect(inFile(path).map(([text]) => text)).toEqual(['two', 'one']);
});

test("each session has its own draft; opening one doesn't lose the editor's text", async () => {
  const path = sessionsPath();
  const chat = savedChat(path);
  chat.ask('one');
  await chat.chat.latest.end();
  chat.type('for one');
  chat.actions.newConversation();
  // The draft moves to the new conversation.
  expect(chat.store.getState().draft.text).toBe('for one');
  chat.ask('');
  await chat.chat.latest.end();
  chat.type('for two');
  chat.clock.advance(1000);
  chat.actions.continueLast();
  expect(chat.texts()[0]).toBe('user: one');
  expect(chat.store.getState().draft.text).toBe('for two');
  chat.clock.advance(1000);
  const store = openedStore(path);
  expect(store.list().map(({ id }) => store.draft(id))).toEqual(['', 'for two']);
});

test.each([
  ['a file of another program', (path: string) => writeFileSync(path, 'x'.repeat(200))],
  [
    'a newer version',
    (path: string) => {
      openSessions(path).close();
      const db = new DatabaseSync(path);
      db.exec('PRAGMA user_version = 99');
      db.close();
    },
  ],
  ['a folder in its place', (path: string) => mkdirSync(path)],
])('with %s the chat works and shows one warning', async (_name, make) => {
  const path = join(folder(), 'sessions.db');
  make(path);
  const { ask, chat, store, texts, actions } = savedChat(path);
  await settled();
  ask('one');
  chat.latest.text('answer');
  await chat.latest.end();
  ask('two');
  await settled();
  const notices = texts().filter((text) => text.startsWith('notice'));
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain('not being saved');
  expect(store.getState().saving).toBe('failing');
  expect(texts().filter((text) => !text.startsWith('notice'))).toHaveLength(4);
  actions.showSessions();
  expect(store.getState().overlay.kind).toBe('none');
});

test('unsaved messages and branches are saved as soon as the file can be used', async () => {
  const path = sessionsPath();
  let broken = true;
  const { ask, chat, store, actions } = savedChat(path, {
    openStore() {
      if (broken) throw new SessionsError('full', 'no space left');
      return openSessions(path);
    },
  });
  ask('one');
  chat.latest.text('first');
  await chat.latest.end();
  actions.regenerate();
  chat.latest.text('second');
  await chat.latest.end();
  actions.nameConversation('found again');
  broken = false;
  ask('two');
  await settled();
  expect(store.getState().saving).toBe('on');
  expect(inFile(path)).toEqual([['one', 'second', 'two', '']]);
  const saved = openedStore(path);
  const session = saved.load(saved.last()?.id ?? '');
  expect(session.title).toBe('found again');
  expect(session.messages.map(({ text, parentId }) => [text, parentId])).toEqual([
    ['one', null],
    ['first', 1],
    ['second', 1],
    ['two', 3],
    ['', 4],
  ]);
});

test('the chat works while another program locks the file, and saves everything afterwards', async () => {
  const path = sessionsPath();
  const { ask, chat, clock, store } = savedChat(path);
  ask('one');
  await chat.latest.end();
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  ask('two');
  expect(chat.exchanges).toHaveLength(2);
  chat.latest.text('answered');
  await settled();
  // Other programs usually write for a short time, so there is no warning.
  expect(store.getState().saving).toBe('on');
  clock.advance(5000);
  await settled();
  expect(store.getState().saving).toBe('failing');
  other.exec('ROLLBACK');
  clock.advance(1000);
  await settled();
  expect(store.getState().saving).toBe('on');
  expect(inFile(path)).toEqual([['one', '', 'two', 'answered']]);
});

test('a session that another program deleted permanently is saved again completely', async () => {
  const path = sessionsPath();
  const { ask, chat } = savedChat(path);
  ask('one');
  chat.latest.text('first');
  await chat.latest.end();
  const other = openedStore(path);
  other.purge(other.last()?.id ?? '');
  ask('two');
  expect(inFile(path)).toEqual([['one', 'first', 'two', '']]);
});

test('two chats can write to one file', async () => {
  const path = sessionsPath();
  const [one, other] = [savedChat(path), savedChat(path)];
  for (const chat of [one, other, one]) {
    chat.ask('q');
    chat.chat.latest.text('a');
    await chat.chat.latest.end();
  }
  expect(inFile(path)).toEqual([
    ['q', 'a', 'q', 'a'],
    ['q', 'a'],
  ]);
});

test('setting the clock back does not change the order', async () => {
  const path = sessionsPath();
  const early = savedChat(path, { clock: createFakeClock(Date.UTC(2026, 5, 2)) });
  early.ask('first');
  await early.chat.latest.end();
  const late = savedChat(path, { clock: createFakeClock(Date.UTC(2026, 5, 1)) });
  late.ask('second');
  await late.chat.latest.end();
  const again = savedChat(path, { begin: { kind: 'last' } });
  expect(again.texts()[0]).toBe('user: second');
});

test('an API key is never saved, even when the user types it', async () => {
  const path = sessionsPath();
  const key = 'sk-canary-0123456789';
  const { ask, chat, type, clock } = savedChat(path, { secrets: [key] });
  ask(`my key is ${key}`);
  chat.latest.text(`I see ${key}`);
  ask(`again ${key}`);
  type(`and ${key}`);
  clock.advance(1000);
  await chat.latest.end();
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  const all = ['messages', 'sessions', 'drafts', 'queue', 'exchanges'].map((table) =>
    JSON.stringify(db.prepare(`SELECT * FROM ${table}`).all()),
  );
  expect(all.join()).toContain('[key removed]');
  expect(all.join()).not.toContain(key);
});

test('with saving off, nothing is saved and the screen shows it', () => {
  const { ask, store, actions } = savedChat('off');
  ask('one');
  expect(store.getState().saving).toBe('off');
  actions.showSessions();
  expect(store.getState().toast?.text).toContain('saving is off');
});

test('the chat warns when the folder is not writable', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('the superuser may write anywhere');
  const dir = folder();
  chmodSync(dir, 0o500);
  const { texts } = savedChat(join(dir, 'data', 'sessions.db'));
  await settled();
  expect(texts()[0]).toContain('permissions');
});
