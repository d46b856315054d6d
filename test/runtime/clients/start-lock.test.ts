import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { removeStaleLocks, withLock } from '../../../src/runtime/clients/start-lock.js';
import { PATIENCE_MS } from '../../support/clocks/patience.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = folderForTest();
  path = join(folder, 'd.sock.starting');
});

const LIMIT_MS = PATIENCE_MS;
const never = new AbortController().signal;

test('of several calls at once, one does the work, and the others resolve when it has ended', async () => {
  const done = Promise.withResolvers<void>();
  const order: string[] = [];
  const calls = ['a', 'b', 'c'].map(async (name) => {
    const ran = await withLock(path, LIMIT_MS, () => done.promise.then(() => void order.push('work')), never);
    order.push(ran ? 'ran' : 'waited');
    return name;
  });
  await expect.poll(() => readdir(folder)).toContain('d.sock.starting');
  expect(order).toEqual([]);
  done.resolve();
  await Promise.all(calls);
  expect(order[0]).toBe('work');
  expect(order.toSorted()).toEqual(['ran', 'waited', 'waited', 'work']);
  expect(await readdir(folder)).toEqual([]);
});

test('a lock whose holder was killed is free for the next process', async () => {
  const holder = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer(() => console.log('joined')).listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ]);
  let output = '';
  holder.stdout.on('data', (text) => {
    output += String(text);
  });
  await expect.poll(() => output).toBe('up\n');
  const waiting = withLock(path, LIMIT_MS, async () => {}, never);
  // First it checks whether another process holds the lock.
  await expect.poll(() => output).toBe('up\njoined\njoined\n');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await waiting).toBe(false);
  expect(await readdir(folder)).toEqual(['d.sock.starting']);
  expect(await withLock(path, LIMIT_MS, async () => {}, never)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('a call does not wait for a lock that is held too long, and a failing call releases the lock', async () => {
  const [begun, stuck] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = (): Promise<void> => {
    begun.resolve();
    return stuck.promise;
  };
  const first = withLock(path, LIMIT_MS, work, never);
  await begun.promise;
  expect(await withLock(path, 20, async () => {}, never)).toBe(true);
  stuck.reject(new Error('it could not start'));
  await expect(first).rejects.toThrow('it could not start');
  expect(await readdir(folder)).toEqual([]);
});

test('of hundreds of calls while the lock is taken and released, each works or waits, and none fails', async () => {
  let ran = 0;
  const coming = Array.from({ length: 20 }, async () => {
    for (let turn = 0; turn < 20; turn += 1)
      if (await withLock(path, LIMIT_MS, () => sleep(1), never)) ran += 1;
  });
  await Promise.all(coming);
  expect(ran).toBeGreaterThan(1);
  expect(await readdir(folder)).toEqual([]);
});

test('an aborted signal ends the wait', async () => {
  const stuck = Promise.withResolvers<void>();
  const first = withLock(path, LIMIT_MS, () => stuck.promise, never);
  await expect.poll(() => readdir(folder)).toContain('d.sock.starting');
  const stop = new AbortController();
  const waiting = withLock(path, LIMIT_MS, async () => {}, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  stuck.resolve();
  await first;
});

test('the work is done without the lock if no socket can be created', async () => {
  expect(await withLock(join(folder, 'x'.repeat(200)), LIMIT_MS, async () => {}, never)).toBe(true);
  expect(await withLock(join(folder, 'missing', 'lock'), LIMIT_MS, async () => {}, never)).toBe(true);
});

test('locks beside a socket are removed when their holders were killed; those of running holders, and of other sockets, stay', async () => {
  const stuck = Promise.withResolvers<void>();
  const living = withLock(path, LIMIT_MS, () => stuck.promise, never);
  const dead = ['d.sock.simulator-4545.starting', 'e.sock.starting'].map((name) => join(folder, name));
  const holder = spawn(process.execPath, [
    '-e',
    `for (const path of ${JSON.stringify(dead)}) require('node:net').createServer().listen(path);`,
  ]);
  await expect.poll(async () => (await readdir(folder)).length).toBe(3);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await removeStaleLocks(join(folder, 'd.sock'));
  expect((await readdir(folder)).toSorted()).toEqual(['d.sock.starting', 'e.sock.starting']);
  stuck.resolve();
  await living;
});
