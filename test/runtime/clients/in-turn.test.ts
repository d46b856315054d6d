import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inTurn, removeDeadTurns } from '../../../src/runtime/clients/in-turn.js';
import { PATIENCE_MS } from '../../support/patience.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vt-turn-'));
  path = join(folder, 'd.sock.starting');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const LIMIT_MS = PATIENCE_MS;
const never = new AbortController().signal;

test('of several calls at once, one does the work, and the others resolve when it has ended', async () => {
  const done = Promise.withResolvers<void>();
  const order: string[] = [];
  const turns = ['a', 'b', 'c'].map(async (name) => {
    const ran = await inTurn(path, LIMIT_MS, () => done.promise.then(() => void order.push('work')), never);
    order.push(ran ? 'ran' : 'waited');
    return name;
  });
  await expect.poll(() => readdir(folder)).toContain('d.sock.starting');
  expect(order).toEqual([]);
  done.resolve();
  await Promise.all(turns);
  expect(order[0]).toBe('work');
  expect(order.toSorted()).toEqual(['ran', 'waited', 'waited', 'work']);
  expect(await readdir(folder)).toEqual([]);
});

test('a turn whose holder was killed is free for the next process', async () => {
  const holder = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer(() => console.log('joined')).listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ]);
  let said = '';
  holder.stdout.on('data', (text) => {
    said += String(text);
  });
  await expect.poll(() => said).toBe('up\n');
  const waiting = inTurn(path, LIMIT_MS, async () => {}, never);
  // First it checks whether another process has the turn.
  await expect.poll(() => said).toBe('up\njoined\njoined\n');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await waiting).toBe(false);
  expect(await readdir(folder)).toEqual(['d.sock.starting']);
  expect(await inTurn(path, LIMIT_MS, async () => {}, never)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('a call does not wait for a turn that lasts too long, and a failing turn is released', async () => {
  const [begun, stuck] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = (): Promise<void> => {
    begun.resolve();
    return stuck.promise;
  };
  const first = inTurn(path, LIMIT_MS, work, never);
  await begun.promise;
  expect(await inTurn(path, 20, async () => {}, never)).toBe(true);
  stuck.reject(new Error('it could not start'));
  await expect(first).rejects.toThrow('it could not start');
  expect(await readdir(folder)).toEqual([]);
});

test('of hundreds of calls while turns begin and end, each works or waits, and none fails', async () => {
  let ran = 0;
  const coming = Array.from({ length: 20 }, async () => {
    for (let turn = 0; turn < 20; turn += 1)
      if (await inTurn(path, LIMIT_MS, () => sleep(1), never)) ran += 1;
  });
  await Promise.all(coming);
  expect(ran).toBeGreaterThan(1);
  expect(await readdir(folder)).toEqual([]);
});

test('an aborted signal ends the wait', async () => {
  const stuck = Promise.withResolvers<void>();
  const first = inTurn(path, LIMIT_MS, () => stuck.promise, never);
  await expect.poll(() => readdir(folder)).toContain('d.sock.starting');
  const stop = new AbortController();
  const waiting = inTurn(path, LIMIT_MS, async () => {}, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  stuck.resolve();
  await first;
});

test('the work is done without a turn if no socket can be created', async () => {
  expect(await inTurn(join(folder, 'x'.repeat(200)), LIMIT_MS, async () => {}, never)).toBe(true);
  expect(await inTurn(join(folder, 'missing', 'turn'), LIMIT_MS, async () => {}, never)).toBe(true);
});

test('turns beside a socket whose holders were killed are removed; those of living holders, and of other sockets, stay', async () => {
  const stuck = Promise.withResolvers<void>();
  const living = inTurn(path, LIMIT_MS, () => stuck.promise, never);
  const dead = ['d.sock.simulator-4545.starting', 'e.sock.starting'].map((name) => join(folder, name));
  const holder = spawn(process.execPath, [
    '-e',
    `for (const path of ${JSON.stringify(dead)}) require('node:net').createServer().listen(path);`,
  ]);
  await expect.poll(async () => (await readdir(folder)).length).toBe(3);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await removeDeadTurns(join(folder, 'd.sock'));
  expect((await readdir(folder)).toSorted()).toEqual(['d.sock.starting', 'e.sock.starting']);
  stuck.resolve();
  await living;
});
