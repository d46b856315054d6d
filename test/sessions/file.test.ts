import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { SCHEMA_VERSION } from '../../src/sessions/file/schema.js';
import { openSessions } from '../../src/sessions/store.js';
import { ask, fakeClock, folder, openedStore } from './fixtures.js';

const V1 = join(import.meta.dirname, '..', 'fixtures', 'sessions', 'v1.db');

const filled = (path: string, sessions = 30): void => {
  const store = openSessions(path);
  for (let index = 0; index < sessions; index += 1) {
    const { id } = store.create(`session ${index}`);
    ask(store, id, `question ${index} ${'x'.repeat(2000)}`, `answer ${index} ${'y'.repeat(2000)}`);
  }
  store.close();
};

const kindOf = (work: () => unknown): unknown => {
  try {
    work();
    return 'fine';
  } catch (error) {
    return error instanceof Error && 'kind' in error ? error.kind : error;
  }
};

test('a file of the first version is backed up, migrated and searchable', () => {
  const path = join(folder(), 'sessions.db');
  copyFileSync(V1, path);
  const before = readFileSync(path);
  const store = openedStore(path);
  expect(store.notices).toEqual([
    `sessions were converted to a newer format; a copy of the old file is in ${path}.v1.backup`,
  ]);
  const [session] = store.list();
  expect(session).toMatchObject({ title: 'Why is the sky blue?', pinned: false, messages: 4, exchanges: 2 });
  expect(store.search('rayleigh').hits).toMatchObject([{ session: session?.id, role: 'assistant' }]);
  expect(store.branchInUse(session?.id ?? '').at(-1)).toMatchObject({
    status: 'interrupted',
    text: 'Because the',
  });
  expect(statSync(`${path}.v1.backup`).mode & 0o777).toBe(0o600);

  const backup = new DatabaseSync(`${path}.v1.backup`, { readOnly: true });
  onTestFinished(() => backup.close());
  expect(backup.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(backup.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({ n: 4 });
  expect(readFileSync(V1)).toEqual(before);
});

test('a current file is neither backed up nor reported', () => {
  const path = join(folder(), 'sessions.db');
  filled(path, 1);
  expect(openedStore(path).notices).toEqual([]);
  expect(readdirSync(join(path, '..')).sort()).toEqual([
    'sessions.db',
    'sessions.db-shm',
    'sessions.db-wal',
    'sessions.db.lock',
  ]);
});

test('the error for a file of a newer version names it, and the file is not changed', () => {
  const dir = folder();
  const path = join(dir, 'sessions.db');
  filled(path, 1);
  const sqlite = new DatabaseSync(path);
  sqlite.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  sqlite.close();
  const before = readFileSync(path);
  expect(() => openSessions(path)).toThrow(
    /^update vastar-tui: a newer version wrote .* \(format (\d+), this one supports \d+\)$/,
  );
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(dir)).toEqual(['sessions.db', 'sessions.db.lock']);
});

test.each([
  ['of text', (path: string) => writeFileSync(path, 'dear diary, '.repeat(100))],
  ['of a few bytes', (path: string) => writeFileSync(path, 'x')],
  [
    'of SQLite with tables of its own',
    (path: string) => {
      const sqlite = new DatabaseSync(path);
      sqlite.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA application_id = 7');
      sqlite.close();
    },
  ],
  [
    'of SQLite with a damaged header',
    (path: string) => {
      const sqlite = new DatabaseSync(path);
      sqlite.exec('CREATE TABLE bookmarks (url TEXT)');
      sqlite.close();
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(80, 0xab), 0, 80, 20);
      closeSync(file);
    },
  ],
])("the error for another program's file %s names it, and the file is not changed", (_what, make) => {
  const dir = folder();
  const path = join(dir, 'sessions.db');
  make(path);
  const before = readFileSync(path);
  expect(() => openSessions(path)).toThrow(`move ${path} away, or name another file`);
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(dir)).toEqual(['sessions.db']);
});

test('a damaged page loses only its contents, and the file is moved aside', () => {
  const path = join(folder(), 'sessions.db');
  filled(path);
  const whole = readFileSync(path);
  const page = (number: number): Buffer => whole.subarray(number * 4096, (number + 1) * 4096);
  const hasMessages = (number: number): boolean => /[xy]{500}/.test(page(number).toString('latin1'));
  const pages = Array.from({ length: whole.length / 4096 }, (_, number) => number);
  const middle = pages.find(
    (number) => number >= pages.length / 2 && [0, 1, 2].every((more) => hasMessages(number + more)),
  );
  expect(middle).toBeDefined();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096 * 3, 0xab), 0, 4096 * 3, (middle ?? 0) * 4096);
  closeSync(file);
  writeFileSync(`${path}.damaged`, '');
  const store = openedStore(path, { clock: fakeClock() });
  expect(store.notices).toEqual([
    expect.stringMatching(
      /^the sessions' file was damaged: \d+ messages saved; the damaged file is kept in .*damaged-2026-11-22T12/,
    ),
  ]);
  expect(store.list().length).toBe(30);
  const messages = store.list().flatMap(({ id }) => store.load(id).messages);
  expect(messages.length).toBeGreaterThan(45);
  for (const { text } of messages) expect(text).toMatch(/^(question|answer) \d+ [xy]{2000}$/);
  ask(store, store.create('new').id, 'wombat', 'works again');
  expect(store.search('wombat').hits).toHaveLength(1);
  expect(existsSync(`${path}.damaged`)).toBe(false);
});

test.each([
  ['whole header', 0, 100],
  ['header but for its first bytes', 20, 80],
  ['format number', 44, 4],
])('with a damaged %s, all messages are recovered', (_what, from, bytes) => {
  const path = join(folder(), 'sessions.db');
  filled(path);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(bytes, 0xab), 0, bytes, from);
  closeSync(file);
  const store = openedStore(path);
  expect(store.notices).toEqual([expect.stringContaining('60 messages saved')]);
  expect(store.list()).toHaveLength(30);
  expect(readdirSync(join(path, '..')).filter((name) => name.includes('rescued'))).toEqual([]);
});

test('tool calls and images are recovered with their messages', () => {
  const path = join(folder(), 'sessions.db');
  const store = openSessions(path);
  const { id } = store.create('t');
  const image = { name: 'dot.png', type: 'image/png', size: 3, data: 'AQID', url: null };
  const parentId = store.append(id, { role: 'user', text: 'q', parentId: null, attachments: [image] });
  const answer = store.beginAnswer(id, { parentId, endpoint: 'e', model: 'm' });
  const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{}' }];
  store.finishAnswer(answer, { text: '', toolCalls, status: 'complete', finishReason: 'tool_calls' });
  const before = store.load(id);
  store.close();
  const sqlite = new DatabaseSync(path);
  const index = sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'attachments_session'").get();
  sqlite.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xab), 0, 4096, (Number(index?.rootpage) - 1) * 4096);
  closeSync(file);
  writeFileSync(`${path}.damaged`, '');
  const after = openedStore(path);
  expect(after.notices).toEqual([expect.stringContaining('2 messages saved')]);
  expect(after.load(id).messages).toEqual(before.messages);
});

test('damage found while running is reported, and the next start recovers the rest', () => {
  const path = join(folder(), 'sessions.db');
  filled(path);
  const file = openSync(path, 'r+');
  const pages = statSync(path).size / 4096;
  for (let page = 30; page < pages - 20; page += 1)
    writeSync(file, Buffer.alloc(4096, 0xab), 0, 4096, page * 4096);
  closeSync(file);
  const first = openSessions(path);
  const { length } = first.notices;
  if (length === 0) {
    const ids = first.list().map(({ id }) => id);
    expect(kindOf(() => ids.map((id) => first.load(id)))).toBe('damaged');
    expect(existsSync(`${path}.damaged`)).toBe(true);
  }
  first.close();
  const store = openedStore(path);
  expect([...first.notices, ...store.notices]).toEqual([
    expect.stringMatching(/was damaged: \d+ messages saved/),
  ]);
});

test.each([
  ['cut off in its first page', (path: string) => truncateSync(path, 60)],
  ['cut off in the middle', (path: string) => truncateSync(path, 4096 * 5)],
  [
    'begun with zeroes',
    (path: string) => {
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(4096), 0, 4096, 0);
      closeSync(file);
    },
  ],
])('a file %s is moved aside, and a new one works', (_what, spoil) => {
  const path = join(folder(), 'sessions.db');
  filled(path);
  spoil(path);
  const store = openedStore(path);
  expect(store.notices).toEqual([expect.stringMatching(/was damaged: .*; the damaged file is kept in/)]);
  const { id } = store.create('new');
  ask(store, id, 'wombat', 'a');
  expect(store.search('wombat').hits).toMatchObject([{ session: id }]);
});

test('an empty file is a new one', () => {
  const path = join(folder(), 'sessions.db');
  writeFileSync(path, '');
  chmodSync(path, 0o644);
  expect(openedStore(path).list()).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('the error names a place where no file can be created', () => {
  const dir = folder();
  writeFileSync(join(dir, 'file'), '');
  expect(() => openSessions(join(dir, 'file', 'sessions.db'))).toThrow(
    /^check the permissions of .*: sessions can't be saved, because it can't be written$/,
  );
  mkdirSync(join(dir, 'sessions.db'));
  expect(() => openSessions(join(dir, 'sessions.db'))).toThrow(/sessions.db, which is a folder/);
  expect(() => openSessions('/dev/null')).toThrow(/\/dev\/null, which is a pipe or a device/);
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  expect(() => openSessions(join(dir, 'pipe'))).toThrow(/pipe, which is a pipe or a device/);
});

/** Runs `work` as a user without root's permissions. */
function unprivileged<T>(work: () => T): T {
  const uid = process.getuid?.();
  if (uid !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

test('the error names a file or folder without write permission, and reading changes nothing', () => {
  const dir = folder();
  const path = join(dir, 'sessions.db');
  filled(path, 1);
  chmodSync(dir, 0o555);
  chmodSync(path, 0o444);
  expect(unprivileged(() => kindOf(() => openSessions(path)))).toBe('unwritable');
  expect(unprivileged(() => kindOf(() => openSessions(join(dir, 'new', 'sessions.db'))))).toBe('unwritable');
  expect(readdirSync(dir)).toEqual(['sessions.db', 'sessions.db.lock']);
});

function tmpfs(size: string): string | undefined {
  const dir = folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', dir]));
  return dir;
}

test('a full disk is reported; acknowledged changes stay, and saving continues when there is space', (context) => {
  const dir = tmpfs('2m');
  if (dir === undefined) return context.skip('only root may mount a small disk');
  const path = join(dir, 'sessions.db');
  const store = openedStore(path);
  const { id } = store.create('t');
  const saved: number[] = [];
  let problem: unknown = 'fine';
  for (let count = 0; problem === 'fine' && count < 1000; count += 1) {
    problem = kindOf(() => {
      saved.push(store.append(id, { role: 'user', text: `${count} ${'z'.repeat(20_000)}`, parentId: null }));
    });
  }
  expect(problem).toBe('full');
  expect(store.load(id).messages.map((message) => message.id)).toEqual(saved);

  execFileSync('mount', ['-o', 'remount,size=8m', dir]);
  saved.push(store.append(id, { role: 'user', text: 'there is space', parentId: null }));
  store.close();
  expect(
    openedStore(path)
      .load(id)
      .messages.map((message) => message.id),
  ).toEqual(saved);
});

test('without any space, opening reports it', (context) => {
  const dir = tmpfs('64k');
  if (dir === undefined) return context.skip('only root may mount a small disk');
  writeFileSync(join(dir, 'ballast'), Buffer.alloc(60_000));
  expect(kindOf(() => openSessions(join(dir, 'sessions.db')))).toBe('full');
});
