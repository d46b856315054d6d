import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSessions } from '../../src/sessions/store.js';
import { bundled } from '../support/programs/bundled.js';
import { folder, openedStore } from './fixtures.js';

async function writer(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  const program = await bundled('writer-program', 'test/sessions/writer-program.ts');
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

test('two programs save to one file at once, and nothing is lost', async () => {
  const path = join(folder(), 'sessions.db');
  const store = openedStore(path);
  const { id } = store.create('shared');
  const ends = await Promise.all(['one', 'two'].map((label) => writer(path, id, label, '200')));
  expect(ends).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ]);
  const texts = store.load(id).messages.map(({ text }) => text);
  for (const label of ['one', 'two']) {
    expect(texts.filter((text) => text.startsWith(label))).toEqual(
      Array.from({ length: 200 }, (_, index) => `${label} ${index}`),
    );
  }
  expect(store.list()).toMatchObject([{ messages: 400 }]);
});

test('programs that open a damaged file at once share one new file with all of their changes', async () => {
  const path = join(folder(), 'sessions.db');
  const store = openSessions(path);
  const { id } = store.create('shared');
  for (let index = 0; index < 20; index += 1)
    store.append(id, { role: 'user', text: `before ${index}`, parentId: null });
  store.close();
  spoilIndex(path);
  const labels = ['one', 'two', 'three'];
  const ends = await Promise.all(labels.map((label) => writer(path, id, label, '20')));
  expect(ends).toEqual(labels.map(() => ({ code: 0, stderr: '' })));
  expect(readdirSync(dirname(path)).filter((name) => /damaged-.*Z$/.test(name))).toHaveLength(1);
  const texts = openedStore(path)
    .load(id)
    .messages.map(({ text }) => text);
  for (const label of ['before', ...labels]) {
    expect(texts.filter((text) => text.startsWith(label))).toEqual(
      Array.from({ length: 20 }, (_, index) => `${label} ${index}`),
    );
  }
});

test('the next start repeats a recovery that was interrupted', () => {
  const path = join(folder(), 'sessions.db');
  const store = openSessions(path);
  const { id } = store.create('kept');
  store.append(id, { role: 'user', text: 'q', parentId: null });
  store.close();
  spoilIndex(path);
  writeFileSync(`${path}.rescued`, 'half of a file');
  const again = openedStore(path);
  expect(again.notices).toEqual([expect.stringContaining('1 message saved')]);
  expect(again.branchInUse(id)).toMatchObject([{ text: 'q' }]);
  // The program ended after it moved the damaged file away and before it renamed the repaired one.
  again.close();
  renameSync(path, `${path}.rescued`);
  expect(openedStore(path).branchInUse(id)).toMatchObject([{ text: 'q' }]);
});

/** Damages a page of an index, without which all messages can be read, and makes the next opening check the file. */
function spoilIndex(path: string): void {
  const sqlite = new DatabaseSync(path);
  const index = sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'messages_session'").get();
  sqlite.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xab), 0, 4096, (Number(index?.rootpage) - 1) * 4096);
  closeSync(file);
  writeFileSync(`${path}.damaged`, '');
}
