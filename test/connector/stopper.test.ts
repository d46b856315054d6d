import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Stopper, stopper } from '../../src/connector/stopper.js';

let here: Socket;
let there: Socket;
const closing: (() => void)[] = [];
beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  const came = once(server, 'connection');
  await once(server, 'listening');
  here = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [there] = (await came) as [Socket];
  closing.push(
    () => here.destroy(),
    () => there.destroy(),
    () => server.close(),
  );
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function stopperFor(idleMs: number): Stopper {
  const stop = stopper(undefined, idleMs);
  closing.push(stop.release);
  return stop;
}

/** Stops this process, as Ctrl+Z does. */
const stopFor = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('bytes that arrived while this process was suspended do not count as silence of the provider', async () => {
  const stop = stopperFor(100);
  here.on('data', stop.bytes);
  stop.bytes();
  there.write('more');
  stopFor(300);
  await once(here, 'data');
  await turn();
  expect([stop.stalled(), stop.signal.aborted]).toEqual([false, false]);
  await once(stop.signal, 'abort');
  expect(stop.stalled()).toBe(true);
});

test('bytes that arrived while this process was stopped are read before the wait after an answer ends', async () => {
  const stop = stopperFor(0);
  here.on('data', () => stop.after(60_000));
  stop.after(100);
  there.write('counts');
  stopFor(300);
  await once(here, 'data');
  await turn();
  expect(stop.signal.aborted).toBe(false);
  stop.after(1);
  await once(stop.signal, 'abort');
  expect(stop.stalled()).toBe(false);
});

test('comments do not extend the wait after an answer, and a cancelled wait ends nothing', async () => {
  const stop = stopperFor(60_000);
  here.on('data', stop.bytes);
  stop.after(100);
  there.write(': ping\n\n');
  stopFor(300);
  await once(stop.signal, 'abort');
  const other = stopperFor(1);
  other.bytes();
  other.after(1);
  other.after(undefined);
  other.release();
  await sleep(20);
  expect([stop.stalled(), other.signal.aborted]).toEqual([false, false]);
});
