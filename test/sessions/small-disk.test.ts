import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { savedChat } from '../support/chat/saved-chat.js';
import { openedStore } from './fixtures.js';

// Uses a file system of one megabyte, which needs the right to mount.

let disk: string;
let mounted: boolean;
const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'vastar-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk);
    mounted = true;
  } catch {
    mounted = false;
  }
});

afterEach(() => {
  if (mounted) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

function fillUp(): string {
  const path = join(disk, 'ballast');
  const { bfree, bsize } = statfsSync(disk);
  writeFileSync(path, Buffer.alloc(bfree * bsize));
  return path;
}

test('while the disk is full, the chat continues with a warning; when there is space, it saves everything', async ({
  skip,
}) => {
  if (!mounted) skip('no file system can be mounted here');
  const path = join(disk, 'sessions.db');
  const { ask, chat, clock, store, texts } = savedChat(path);
  ask('one');
  chat.latest.text('first');
  await chat.latest.end();
  const ballast = fillUp();
  const long = 'much of it '.repeat(20_000);
  ask('two');
  chat.latest.text(long);
  clock.advance(1000);
  await chat.latest.end();
  await settled();
  expect(store.getState().saving).toBe('failing');
  expect(texts().filter((text) => text.includes('no space left'))).toHaveLength(1);
  rmSync(ballast);
  clock.advance(1000);
  await settled();
  expect(store.getState().saving).toBe('on');
  const saved = openedStore(path);
  const messages = saved.branchInUse(saved.last()?.id ?? '').map(({ text }) => text);
  expect(messages).toEqual(['one', 'first', 'two', long]);
});

test('a disk that is full from the start is reported, and tried again with the next question', async ({
  skip,
}) => {
  if (!mounted) skip('no file system can be mounted here');
  const path = join(disk, 'sessions.db');
  const ballast = fillUp();
  const { ask, chat, store, texts } = savedChat(path);
  await settled();
  ask('one');
  await chat.latest.end();
  await settled();
  expect(store.getState().saving).toBe('failing');
  expect(texts().filter((text) => text.startsWith('notice'))).toHaveLength(1);
  rmSync(ballast);
  ask('two');
  await settled();
  expect(store.getState().saving).toBe('on');
  const saved = openedStore(path);
  expect(saved.branchInUse(saved.last()?.id ?? '').map(({ text }) => text)).toEqual(['one', '', 'two', '']);
});

test('on a read-only disk, the chat continues with a warning, and saves when it may write', async ({
  skip,
}) => {
  if (!mounted) skip('no file system can be mounted here');
  const path = join(disk, 'data', 'sessions.db');
  mkdirSync(join(disk, 'data'));
  mount('-o', 'remount,ro', disk);
  const { ask, chat, store, texts } = savedChat(path);
  await settled();
  expect(store.getState().saving).toBe('failing');
  expect(texts()[0]).toContain("can't be written");
  ask('one');
  chat.latest.text('answered');
  await chat.latest.end();
  mount('-o', 'remount,rw', disk);
  ask('two');
  await settled();
  expect(store.getState().saving).toBe('on');
  const saved = openedStore(path);
  expect(saved.branchInUse(saved.last()?.id ?? '').map(({ text }) => text)).toEqual([
    'one',
    'answered',
    'two',
    '',
  ]);
});
