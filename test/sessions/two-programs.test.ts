import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, openedStore } from './place.js';

const PROGRAM = join(import.meta.dirname, 'writer-program.ts');

async function writer(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
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
