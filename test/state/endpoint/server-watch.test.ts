import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchServer } from '../../../src/state/endpoint/server-watch.js';
import type { ServerLoad } from '../../../src/state/ports.js';
import { createAppStore } from '../../../src/state/store.js';
import { createMemoryConnection, createMemoryModes } from '../../support/chat/chat-ports.js';
import { createFakeClock } from '../../support/clocks/clock.js';

function setup(loads: readonly ServerLoad[]) {
  const clock = createFakeClock(0);
  const store = createAppStore({ connection: createMemoryConnection(), modes: createMemoryModes(), clock });
  const asked: { endpoint: string; signal: AbortSignal }[] = [];
  const server = {
    readLoad: async (endpoint: string, signal: AbortSignal): Promise<ServerLoad> => {
      asked.push({ endpoint, signal });
      return loads[asked.length - 1] ?? { kind: 'unread', problem: 'no more' };
    },
  };
  const stop = watchServer((transition) => store.setState(transition), server, clock, 'gpu');
  return { clock, store, asked, stop };
}

test('the page is read at once and then every few seconds; its figures are in the state', async () => {
  const { clock, store, asked } = setup([
    { kind: 'read', figures: { running: 2 } },
    { kind: 'unread', problem: 'the server\u001b[2J answered 503' },
  ]);
  await nextTurn();
  expect(store.getState().serverLoad).toEqual({ kind: 'read', figures: { running: 2 } });
  clock.advance(4999);
  expect(asked).toHaveLength(1);
  clock.advance(1);
  await nextTurn();
  expect(asked.map(({ endpoint }) => endpoint)).toEqual(['gpu', 'gpu']);
  expect(store.getState().serverLoad).toMatchObject({ kind: 'unread' });
  expect(JSON.stringify(store.getState().serverLoad)).not.toContain('\\u001b');
});

test('when the watch stops, it aborts the running request for metrics, sends no more, and removes the server’s figures', async () => {
  const { clock, store, asked, stop } = setup([{ kind: 'read', figures: { running: 2 } }]);
  await nextTurn();
  stop();
  expect(store.getState().serverLoad).toBeUndefined();
  clock.advance(60_000);
  await nextTurn();
  expect(asked).toHaveLength(1);
  expect(asked[0]?.signal.aborted).toBe(true);
});

test('the result of a read that ends after the stop is ignored', async () => {
  const { store, stop } = setup([{ kind: 'read', figures: { running: 2 } }]);
  stop();
  await nextTurn();
  expect(store.getState().serverLoad).toBeUndefined();
});
