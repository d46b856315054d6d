import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createJournal } from '../../src/sessions/journal.js';
import type { SessionsError } from '../../src/sessions/problem.js';
import { exchange, fakeClock, folder, openedStore } from './fixtures.js';

/** Timers that the test runs itself. */
function fakeTimers() {
  const pending = new Set<() => void>();
  return {
    pending,
    after(_delayMs: number, callback: () => void): () => void {
      pending.add(callback);
      return () => void pending.delete(callback);
    },
    fire(): void {
      for (const callback of [...pending]) {
        pending.delete(callback);
        callback();
      }
    },
  };
}

test('a message is on disk when it is acknowledged, and creates the session', () => {
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path);
  const journal = createJournal(store, fakeTimers());
  expect(journal.session).toBeUndefined();
  expect(journal.add({ id: 7, text: 'Why?\nTell me.' })).toBe(true);
  expect(openedStore(path).list()).toMatchObject([
    { id: journal.session, title: 'Why?', preview: 'Why? Tell me.' },
  ]);
  journal.close();
});

test('an answer is saved once a second, and completely at its end', () => {
  const store = openedStore();
  const timers = fakeTimers();
  const journal = createJournal(store, timers);
  journal.add({ id: 1, text: 'q' });
  journal.answerStarted({ id: 2, endpoint: 'openai', model: 'gpt-4o' });
  for (const text of ['one ', 'two ']) journal.answerText(2, { text });
  const answer = () => store.load(journal.session ?? '').messages[1];
  expect(answer()).toMatchObject({ text: '', status: 'streaming' });
  expect(timers.pending.size).toBe(1);
  timers.fire();
  expect(answer()).toMatchObject({ text: 'one two ', status: 'streaming' });
  journal.answerText(2, { text: 'three', reasoning: 'hm' });
  journal.answerEnded(2, { status: 'complete', exchange: exchange() });
  expect(answer()).toMatchObject({ text: 'one two three', reasoning: 'hm', status: 'complete' });
  expect(store.load(journal.session ?? '').exchanges).toMatchObject([{ questionId: 1, answerId: 2 }]);
  timers.fire();
  expect(timers.pending.size).toBe(0);
  journal.close();
});

test('closing writes waiting changes and leaves no timer', () => {
  const store = openedStore();
  const timers = fakeTimers();
  const journal = createJournal(store, timers);
  journal.add({ id: 1, text: 'q' });
  journal.answerStarted({ id: 2, endpoint: 'openai', model: 'gpt-4o' });
  journal.answerText(2, { text: 'partial' });
  journal.draft('half');
  journal.close();
  expect(timers.pending.size).toBe(0);
  expect(store.load(journal.session ?? '').messages[1]?.text).toBe('partial');
  expect(store.draft(journal.session ?? '')).toBe('half');
});

test('while the file is locked, changes are kept and saved in order afterwards; a lasting lock is reported', () => {
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path, { patienceMs: 20 });
  const timers = fakeTimers();
  const problems: (SessionsError | undefined)[] = [];
  const journal = createJournal(store, { ...timers, onProblem: (problem) => problems.push(problem) });
  journal.add({ id: 1, text: 'q1' });
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  expect(journal.add({ id: 3, text: 'q2' })).toBe(false);
  for (let attempt = 2; attempt < 5; attempt += 1) timers.fire();
  expect(problems).toEqual([]);
  timers.fire();
  expect(problems).toMatchObject([{ kind: 'busy' }]);
  other.exec('ROLLBACK');
  timers.fire();
  expect(problems).toMatchObject([{ kind: 'busy' }, undefined]);
  expect(store.branchInUse(journal.session ?? '').map(({ text }) => text)).toEqual(['q1', 'q2']);
  journal.close();
});

test('a failure while an answer streams is reported once, not again each second', () => {
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path, { patienceMs: 20 });
  const timers = fakeTimers();
  const problems: (SessionsError | undefined)[] = [];
  const journal = createJournal(store, { ...timers, onProblem: (problem) => problems.push(problem) });
  journal.add({ id: 1, text: 'q' });
  journal.answerStarted({ id: 2, endpoint: 'openai', model: 'gpt-4o' });
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  for (let second = 0; second < 12; second += 1) {
    journal.answerText(2, { text: 'more ' });
    timers.fire();
  }
  expect(problems).toMatchObject([{ kind: 'busy' }]);
  other.exec('ROLLBACK');
  timers.fire();
  expect(problems).toMatchObject([{ kind: 'busy' }, undefined]);
  journal.close();
});

test('a session that another program deleted for good is saved again with the next message', () => {
  const path = join(folder(), 'sessions.db');
  const [store, other] = [openedStore(path), openedStore(path)];
  const journal = createJournal(store, fakeTimers());
  journal.add({ id: 1, text: 'q1' });
  journal.answerStarted({ id: 2, endpoint: 'openai', model: 'gpt-4o' });
  const before = journal.session ?? '';
  other.purge(before);
  journal.answerText(2, { text: 'the answer' });
  journal.answerEnded(2, { status: 'complete' });
  expect(journal.add({ id: 3, text: 'q2' })).toBe(true);
  expect(journal.session).not.toBe(before);
  const texts = other.branchInUse(journal.session ?? '').map(({ text }) => text);
  expect(texts).toEqual(['the answer', 'q2']);
  journal.close();
});

test('an answer of a program that still writes is not changed; one without writes is interrupted', () => {
  const path = join(folder(), 'sessions.db');
  const clock = fakeClock();
  const store = openedStore(path, { clock });
  const { id } = store.create('t');
  const answer = store.beginAnswer(id, { parentId: null, endpoint: 'openai', model: 'gpt-4o' });
  store.checkpoint(answer, { text: 'wombat' });
  const status = () => store.load(id).messages[0]?.status;
  openedStore(path, { clock });
  expect(status()).toBe('streaming');
  clock.ms += 60_000;
  openedStore(path, { clock });
  expect(status()).toBe('interrupted');
  expect(store.search('wombat').hits).toHaveLength(1);
  store.checkpoint(answer, { text: 'wombats live' });
  expect(status()).toBe('streaming');
  store.finishAnswer(answer, { text: 'wombats live on', status: 'complete' });
  expect(store.search('wombat*').hits).toMatchObject([{ snippet: expect.stringContaining('live on') }]);
});
