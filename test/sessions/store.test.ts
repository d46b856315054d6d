import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openSessions } from '../../src/sessions/store.js';
import type { ToolCall } from '../../src/sessions/types.js';
import { ask, fakeClock, folder, openedStore } from './fixtures.js';

test('only the user can read the file and its folder', () => {
  const path = join(folder(), 'data', 'sessions.db');
  const store = openedStore(path);
  store.create('one');
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
});

test('a conversation is complete after closing and opening', () => {
  const path = join(folder(), 'sessions.db');
  const first = openSessions(path, { clock: fakeClock() });
  const { id } = first.create('why is the sky blue?');
  ask(first, id, 'why is the sky blue?', 'Rayleigh scattering.');
  first.close();

  const store = openedStore(path);
  expect(store.load(id)).toMatchObject({
    title: 'why is the sky blue?',
    messages: [
      { role: 'user', text: 'why is the sky blue?', status: 'complete', parentId: null },
      { role: 'assistant', text: 'Rayleigh scattering.', status: 'complete', model: 'gpt-4o' },
    ],
    exchanges: [{ outcome: 'complete', metrics: { ttftMs: 300 }, timeline: { chunks: [300, 320] } }],
  });
  expect(store.list()).toMatchObject([
    { id, preview: 'Rayleigh scattering.', model: 'gpt-4o', tokens: 60, messages: 2, exchanges: 1 },
  ]);
});

test('keys are removed from tool calls, refusals and names, too; the image stays unchanged', () => {
  const KEY = 'sk-canary-1f2e3d';
  const store = openedStore(undefined, { secrets: [KEY] });
  const { id } = store.create('t');
  const data = Buffer.from('pixels').toString('base64');
  const image = { name: `${KEY}.png`, type: 'image/png', size: 6, data, url: `https://a.test/?key=${KEY}` };
  const parentId = store.append(id, { role: 'user', text: 'q', parentId: null, attachments: [image] });
  const answer = store.beginAnswer(id, { parentId, endpoint: 'e', model: 'm' });
  const toolCalls = [{ id: 'call_1', name: 'send', arguments: `{"with":"${KEY}"}` }];
  store.checkpoint(answer, { text: '', toolCalls, refusal: `not ${KEY}` });
  expect(JSON.stringify(store.load(id))).not.toContain(KEY);
  store.finishAnswer(answer, { text: '', toolCalls, refusal: `not ${KEY}`, status: 'complete' });
  const session = store.load(id);
  expect(JSON.stringify(session)).not.toContain(KEY);
  expect(session.messages).toMatchObject([
    { attachments: [{ data, size: 6, url: 'https://a.test/' }] },
    { toolCalls: [{ id: 'call_1', name: 'send' }], refusal: 'not [key removed]' },
  ]);
});

test('a list shows the refusal or the calls of an answer without text', () => {
  const store = openedStore();
  const previewAfter = (answer: { refusal?: string; toolCalls?: ToolCall[] }): string => {
    const { id } = store.create('t');
    const parentId = store.append(id, { role: 'user', text: 'q', parentId: null });
    const begun = store.beginAnswer(id, { parentId, endpoint: 'e', model: 'm' });
    store.finishAnswer(begun, { text: '', status: 'complete', ...answer });
    return store.find(id).preview;
  };
  const call = { id: 'c', name: 'get_weather', arguments: '{}' };
  expect(previewAfter({ refusal: 'No.' })).toBe('No.');
  expect(previewAfter({ toolCalls: [call, { ...call, name: 'search' }] })).toBe('calls get_weather, search');
});

test('pinned sessions come first, then the others by last use, even when the clock was set back', () => {
  const clock = fakeClock();
  const store = openedStore(undefined, { clock });
  const [a, b, c] = ['a', 'b', 'c'].map((title) => store.create(title).id);
  if (a === undefined || b === undefined || c === undefined) throw new Error('no ids');
  clock.ms -= 3_600_000;
  ask(store, b, 'q', 'a');
  expect(store.list().map(({ title }) => title)).toEqual(['b', 'c', 'a']);
  expect(store.last()?.id).toBe(b);
  store.pin(a, true);
  expect(store.list().map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  expect(store.last()?.id).toBe(b);
});

test('messages keep their order when the clock was set back', () => {
  const clock = fakeClock();
  const store = openedStore(undefined, { clock });
  const { id } = store.create('t');
  const first = store.append(id, { role: 'user', text: 'first', parentId: null });
  clock.ms -= 86_400_000;
  store.append(id, { role: 'user', text: 'second', parentId: first });
  expect(store.branchInUse(id).map(({ text }) => text)).toEqual(['first', 'second']);
});

test('a branch continues from any message, and the other one stays', () => {
  const store = openedStore();
  const { id } = store.create('t');
  const first = ask(store, id, 'q1', 'a1');
  const second = ask(store, id, 'q2', 'a2', first.answer);
  store.branch(id, first.answer);
  expect(store.branchInUse(id).map(({ text }) => text)).toEqual(['q1', 'a1']);
  ask(store, id, 'q3', 'a3', first.answer);
  expect(store.branchInUse(id).map(({ text }) => text)).toEqual(['q1', 'a1', 'q3', 'a3']);
  store.branch(id, second.answer);
  expect(store.branchInUse(id).map(({ text }) => text)).toEqual(['q1', 'a1', 'q2', 'a2']);
  expect(() => store.branch(id, 999)).toThrow(/no message 999/);
});

test('a deleted session can be restored until it is purged', () => {
  const clock = fakeClock();
  const store = openedStore(undefined, { clock });
  const { id } = store.create('t');
  ask(store, id, 'wombat', 'a');
  store.saveDraft(id, 'half');
  store.remove(id);
  expect(store.list()).toEqual([]);
  expect(store.last()).toBeUndefined();
  expect(store.search('wombat').hits).toEqual([]);
  expect(store.list({ deleted: true })).toMatchObject([{ id }]);
  store.restore(id);
  expect(store.list()).toMatchObject([{ id }]);

  store.remove(id);
  expect(store.purge(clock.ms)).toBe(0);
  expect(store.purge(clock.ms + 1)).toBe(1);
  expect(store.list({ deleted: true })).toEqual([]);
  expect(store.draft(id)).toBe('');
  expect(() => store.load(id)).toThrow(`there is no session ${id}`);
});

test('a deleted session is restored when another program writes to it', () => {
  const path = join(folder(), 'sessions.db');
  const [mine, other] = [openedStore(path), openedStore(path)];
  const { id } = mine.create('t');
  other.remove(id);
  mine.append(id, { role: 'user', text: 'still here', parentId: null });
  expect(other.list()).toMatchObject([{ id, preview: 'still here' }]);
});

test('ids may be shortened while they are unambiguous', () => {
  const store = openedStore();
  const empty = {
    title: 't',
    createdMs: 0,
    usedMs: 0,
    pinned: false,
    headId: null,
    messages: [],
    exchanges: [],
  };
  store.insert({ ...empty, id: 'abc000000001' });
  store.insert({ ...empty, id: 'abc000000002' });
  expect(store.find('ABC000000001').id).toBe('abc000000001');
  expect(() => store.find('abc')).toThrow(
    /begin with abc; give more of it:\n {2}abc000000002 t\n {2}abc000000001 t/,
  );
  expect(() => store.find('')).toThrow(/no session/);
  expect(() => store.find('d')).toThrow(/no session d/);
  expect(() => store.find('%')).toThrow(/no session %/);
});

test('a long conversation is read and deleted', () => {
  const store = openedStore();
  const { id } = store.create('t');
  let parentId: number | null = null;
  store.together(() => {
    for (let count = 0; count < 5000; count += 1) {
      parentId = store.append(id, { role: 'user', text: `message ${count}`, parentId });
    }
  });
  expect(store.branchInUse(id)).toHaveLength(5000);
  store.remove(id);
  expect(store.purge(Number.MAX_SAFE_INTEGER)).toBe(1);
});

test('drafts and queues are saved for each session, and before the first session', () => {
  const store = openedStore();
  const { id } = store.create('t');
  store.saveDraft(null, 'new');
  store.saveDraft(id, 'half a question');
  store.saveQueue(id, ['one', 'two']);
  store.saveQueue(id, ['two', 'three']);
  expect([store.draft(null), store.draft(id), store.queue(id)]).toEqual([
    'new',
    'half a question',
    ['two', 'three'],
  ]);
  store.saveDraft(id, '');
  expect(store.draft(id)).toBe('');
});

test('the attachments of drafts and queues are saved, without keys in their names', () => {
  const KEY = 'sk-canary-1f2e3d';
  const store = openedStore(undefined, { secrets: [KEY] });
  const { id } = store.create('t');
  const file = { name: `${KEY}.png`, type: 'image/png', size: 3, data: 'AQID', url: null };
  store.saveFiles(id, [file]);
  expect(store.files(id)).toEqual([{ ...file, name: expect.not.stringContaining(KEY) }]);
  expect(store.leftOver()).toMatchObject({ unsent: true });
  store.saveFiles(id, []);
  expect(store.files(id)).toEqual([]);
  store.saveFiles(id, [file]);
  store.purge(id);
  expect(store.files(id)).toEqual([]);
});

test('a draft belongs to its program while that runs, then to the first program that starts', () => {
  const path = join(folder(), 'sessions.db');
  const { pid: gone } = spawnSync(process.execPath, ['--version']);
  const [mine, live, dead] = [process.pid, process.ppid, gone].map((writer) => openedStore(path, { writer }));
  if (mine === undefined || live === undefined || dead === undefined) throw new Error('no stores');
  const { id } = mine.create('t');
  for (const session of [null, id]) live.saveDraft(session, 'still being typed');
  live.saveQueue(id, ['waits for its answer']);
  expect([mine.draft(null), mine.draft(id), mine.queue(id)]).toEqual(['', '', []]);
  expect(mine.leftOver()).toBeUndefined();

  for (const session of [null, id]) dead.saveDraft(session, 'left behind');
  dead.saveQueue(id, ['was never sent']);
  expect(mine.leftOver()).toMatchObject({ unsent: true });
  expect([mine.draft(null), mine.draft(id), mine.queue(id)]).toEqual([
    'left behind',
    'left behind',
    ['was never sent'],
  ]);
  // The draft belongs to this chat now, so another draft replaces it.
  mine.saveDraft(id, '');
  mine.saveQueue(id, []);
  expect([mine.draft(id), mine.queue(id)]).toEqual(['', []]);
  expect([live.draft(null), live.draft(id), live.queue(id)]).toEqual([
    'still being typed',
    'still being typed',
    ['waits for its answer'],
  ]);
});

test('no saved text contains a key', () => {
  const key = 'sk-canary+/7fQ2';
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path, { secrets: [key] });
  const { id } = store.create(`title ${key}`);
  const base64 = Buffer.from(key).toString('base64');
  ask(store, id, `q ${key}`, `a ${encodeURIComponent(key)} ${base64}`, null, {
    url: `https://user:${encodeURIComponent(key)}@host/v1?api_key=${encodeURIComponent(key)}&x=1`,
    request: {
      headers: { Authorization: `Bearer ${key}`, 'X-Api-Key': 'other', accept: '*' },
      nested: [{ [key]: key }],
    },
    error: { class: 'Permanent', message: `bad key ${key}`, hop: null, statusCode: 401 },
  });
  store.saveDraft(id, key);
  store.saveQueue(id, [key]);
  store.rename(id, key);
  const everything = JSON.stringify([store.load(id), store.list(), store.draft(id), store.queue(id)]);
  for (const form of [key, encodeURIComponent(key), base64]) expect(everything).not.toContain(form);
  expect(store.load(id).exchanges[0]).toMatchObject({
    url: 'https://host/v1?x=1',
    request: { headers: { accept: '*' } },
  });
});

test('a session’s title is the first line of its first question, without half a key at the end', () => {
  const key = 'sk-canary+/7fQ2';
  const store = openedStore(undefined, { secrets: [key] });
  expect(store.createFor(' \nWhy?\nBecause').title).toBe('Why?');
  expect(store.createFor(' \n ').title).toBe('untitled');
  const { title } = store.createFor(`${'é'.repeat(70)}${key} and more`);
  expect(title).toMatch(/^é{70}/);
  expect([...title].length).toBeLessThanOrEqual(80);
  expect(title).not.toContain('sk-');
});

test('the list has the cost of a session, and the number of its answers without a price', () => {
  const store = openedStore();
  const { id } = store.create('dear');
  const cost = (usd: number) => ({ outputTokens: 5, cost: { usd, asOf: '2026-09-23' } });
  ask(store, id, 'q', 'a', null, { metrics: cost(0.5) });
  ask(store, id, 'q', 'a', null, { metrics: cost(0.25) });
  expect(store.list()).toMatchObject([{ costUsd: 0.75 }]);
  expect(store.list()[0]).not.toHaveProperty('unpriced');
  ask(store, id, 'q', 'a', null, { metrics: { outputTokens: 5 } });
  ask(store, id, 'q', '', null, { metrics: { outputTokens: 0 } });
  expect(store.list()).toMatchObject([{ costUsd: 0.75, unpriced: 1 }]);
});

test('a session whose answers have no price has no cost', () => {
  const store = openedStore();
  const { id } = store.create('free');
  ask(store, id, 'q', 'a', null, { metrics: { outputTokens: 5 } });
  expect(store.list()[0]).not.toHaveProperty('costUsd');
});

test('members that must be sent back with the results of calls are saved unchanged, except for keys', () => {
  const KEY = 'sk-canary-1f2e3d';
  const store = openedStore(undefined, { secrets: [KEY] });
  const { id } = store.create('t');
  const question = store.append(id, { role: 'user', text: 'q', parentId: null });
  const carried = {
    message: {
      reasoning_content: 'Look.',
      thinking_blocks: [{ type: 'thinking', thinking: '', signature: `EqQBCgIYAh=={"${KEY}"}` }],
      reasoning_details: [{ type: 'reasoning.encrypted', data: 'gAAAA', index: 0 }],
    },
    calls: { 0: { google: { thought_signature: 'CiQB' } } },
  };
  const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{}' }];
  const answer = store.beginAnswer(id, { parentId: question, endpoint: 'e', model: 'm' });
  store.finishAnswer(answer, { text: '', toolCalls, carried, status: 'complete' });
  const [, saved] = store.load(id).messages;
  expect(saved?.carried?.calls).toEqual(carried.calls);
  expect(saved?.carried?.message.reasoning_details).toEqual(carried.message.reasoning_details);
  expect(JSON.stringify(saved)).not.toContain(KEY);
});

test('the list has the providers’ totals of tokens, with hidden reasoning; an estimate is marked', () => {
  const store = openedStore();
  const { id } = store.create('counted');
  const usage = { promptTokens: 11, completionTokens: 300, totalTokens: 311, reasoningTokens: 200 };
  const metrics = { promptTokens: 11, outputTokens: 100, hiddenTokens: 200, tokensEstimated: false, usage };
  ask(store, id, 'q', 'a', null, { metrics });
  expect(store.list()[0]).toMatchObject({ tokens: 311 });
  expect(store.list()[0]).not.toHaveProperty('tokensEstimated');
  const beside = { promptTokens: 11, completionTokens: 100, totalTokens: 311, reasoningTokens: 200 };
  ask(store, id, 'q', 'a', null, { metrics: { ...metrics, usage: beside } });
  ask(store, id, 'q', 'a', null, { metrics: { outputTokens: 7, tokensEstimated: true } });
  expect(store.find(id)).toMatchObject({ tokens: 629, tokensEstimated: true });
});

test('a session is found by its id first, then by a unique title', () => {
  const store = openedStore();
  const one = store.create('one');
  const twins = [store.create('twin'), store.create('twin')];
  const namedLikeId = store.create(one.id);
  expect(store.lookUp('one').id).toBe(one.id);
  expect(store.lookUp(one.id).id).toBe(one.id);
  expect(store.lookUp(namedLikeId.id.slice(0, 10)).id).toBe(namedLikeId.id);
  expect(() => store.lookUp('twin')).toThrow(/^give an id: several sessions have the title twin\n/);
  store.remove(twins[0]?.id ?? '');
  expect(store.lookUp('twin').id).toBe(twins[1]?.id);
  expect(() => store.lookUp('none')).toThrow('there is no session none');
});

test('a rehearsal leaves nothing in the file, and later changes work', () => {
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path);
  store.rehearse();
  expect(store.list()).toEqual([]);
  expect(store.search('a').hits).toEqual([]);
  store.createFor('Why?');
  store.rehearse();
  expect(openedStore(path).list()).toMatchObject([{ title: 'Why?', exchanges: 0 }]);
});
