import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RuntimeClient } from '../../src/sdk/index.js';
import { folderForTest } from '../support/run/temporary-folder.js';

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = folderForTest();
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(path: string): Promise<void> {
  const server = createServer((socket) => socket.resume());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

test('an attempt waits for beforeConnect, and fails when it fails', async () => {
  const socketPath = join(folder, 'd.sock');
  const order: string[] = [];
  const starting = new RuntimeClient({
    socketPath,
    beforeConnect: async () => {
      order.push('before');
      await listen(socketPath);
    },
  });
  await starting.connect();
  order.push('connected');
  expect(order).toEqual(['before', 'connected']);
  await starting.close();

  const failing = new RuntimeClient({
    socketPath,
    beforeConnect: () => Promise.reject(new Error('could not start it')),
  });
  await expect(failing.connect()).rejects.toThrow('could not start it');
});

test('an attempt starts again if the daemon that beforeConnect found has ended', async () => {
  const socketPath = join(folder, 'd.sock');
  let starts = 0;
  const starting = new RuntimeClient({
    socketPath,
    beforeConnect: async () => {
      starts += 1;
      if (starts === 3) await listen(socketPath);
    },
  });
  await starting.connect();
  expect(starts).toBe(3);
  await starting.close();

  const nothing = new RuntimeClient({ socketPath: join(folder, 'none.sock'), beforeConnect: async () => {} });
  await expect(nothing.connect()).rejects.toThrow(/no daemon at/);
});
