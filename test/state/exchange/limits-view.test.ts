import { beforeEach, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import type { Actions } from '../../../src/state/actions.js';
import { limitsOf } from '../../../src/state/exchange/limits-view.js';
import type { AppStore } from '../../../src/state/store.js';
import { createActingChat } from '../../support/chat/acting-chat.js';
import type { MemoryChat } from '../../support/chat/chat-ports.js';
import type { FakeClock } from '../../support/clocks/clock.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let clock: FakeClock;

beforeEach(() => {
  ({ store, actions, chat, clock } = createActingChat());
});

const limits = () => limitsOf(store.getState());

/** Sends a question; its response has these headers. */
async function answered(headers: Record<string, string>, error?: ConnectorException): Promise<void> {
  actions.edit({ type: 'insert', text: 'hello' });
  actions.send();
  chat.latest.start();
  chat.latest.emit({ type: 'headers', tMs: 1, statusCode: 200, headers, buffered: false });
  await chat.latest.end(error === undefined ? {} : { outcome: 'error', error });
  clock.advance(5000);
}

const RESET_IN_12_S = {
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '499',
  'x-ratelimit-reset-requests': '17s',
};

/** The number of state changes in this time. */
function changesIn(ms: number): number {
  let changes = 0;
  const stop = store.subscribe(() => {
    changes += 1;
  });
  clock.advance(ms);
  stop();
  return changes;
}

test('limits stay until a response names others, and belong to their endpoint and model', async () => {
  await answered(RESET_IN_12_S);
  expect(limits()?.rates).toEqual([{ of: 'requests', limit: 500, remaining: 499, resetMs: 17_000 }]);
  await answered({});
  expect(limits()?.rates).toHaveLength(1);
  actions.chooseModel('another');
  expect(limits()).toBeUndefined();
  await answered({ 'x-ratelimit-remaining-requests': '7' });
  expect(limits()?.rates).toEqual([{ of: 'requests', remaining: 7 }]);
  actions.switchMode();
  expect(limits()).toBeUndefined();
});

test.each([false, true])(
  'where limits are shown the clock runs once a second until all are reset; calm: %s',
  async (calm) => {
    store.setState({ calm });
    await answered(RESET_IN_12_S);
    actions.showLimits(true);
    expect(changesIn(10_000)).toBe(10);
    expect(changesIn(60_000)).toBe(2);
  },
);

test('no timer runs while no limits are shown', async () => {
  await answered(RESET_IN_12_S);
  expect(changesIn(60_000)).toBe(0);
});

test('the Retry-After of a refused request is kept until the next response', async () => {
  const error = new ConnectorException('slow down', ErrorClass.RateLimited, 1, { retryAfterMs: 9000 });
  await answered({}, error);
  expect(limits()).toMatchObject({ rates: [], retryAfterMs: 9000 });
  await answered(RESET_IN_12_S, error);
  expect(limits()?.retryAfterMs).toBe(9000);
  await answered({});
  expect(limits()).toMatchObject({ rates: [{ of: 'requests' }] });
  expect(limits()?.retryAfterMs).toBeUndefined();
});

test('setting the clock changes no countdown', async () => {
  await answered(RESET_IN_12_S);
  const since = () => store.getState().nowMs - (limits()?.atMs ?? 0);
  actions.showLimits(true);
  const before = since();
  clock.jump(3_600_000);
  clock.advance(1000);
  expect(since() - before).toBeLessThan(1100);
});
