import { beforeEach, describe, expect, test } from 'vitest';
import type { Actions } from '../../../src/state/actions.js';
import type { AppStore } from '../../../src/state/store.js';
import { connectionLines } from '../../../src/ui/panes/connection.js';
import { plainText } from '../../../src/ui/style/line.js';
import { createActingChat } from '../../support/chat/acting-chat.js';
import type { MemoryChat, MemoryConnection } from '../../support/chat/chat-ports.js';
import type { FakeClock } from '../../support/clocks/clock.js';

const HOUR_MS = 3_600_000;

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let connection: MemoryConnection;
let clock: FakeClock;

beforeEach(() => {
  ({ store, actions, chat, connection, clock } = createActingChat());
});

const pane = (): string[] => connectionLines(store.getState(), 40).map(plainText);

describe.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('when the clock is set an hour %s', (_name, jumpMs) => {
  test('a countdown continues from its value', () => {
    connection.become({ status: 'waiting', attempt: 1, retryAtMs: clock.unixMs() + 5000, error: 'refused' });
    clock.jump(jumpMs);
    clock.advance(1000);
    expect(pane()[0]).toMatch(/^○ reconnecting in 4\.\d s$/);
  });

  test("the length of the daemon's silence does not jump", () => {
    connection.become({ status: 'connected', sinceMs: 0, silentSinceMs: clock.unixMs() - 2000 });
    clock.jump(jumpMs);
    clock.advance(1000);
    expect(pane()[1]).toMatch(/^from the daemon for (2\.9|3\.0) s$/);
  });

  test('a toast disappears after its time, and not before', () => {
    actions.clearOrQuit();
    clock.jump(jumpMs);
    clock.advance(500);
    expect(store.getState().quitArmedUntilMs).toBeDefined();
    clock.advance(3000);
    expect(store.getState().quitArmedUntilMs).toBeUndefined();
  });

  test('the duration of the reasoning is right', async () => {
    actions.edit({ type: 'insert', text: 'hello' });
    actions.send();
    chat.latest.start();
    chat.latest.emit({ type: 'reasoning', text: 'hm', tMs: 1 });
    clock.advance(1000);
    clock.jump(jumpMs);
    clock.advance(1000);
    chat.latest.emit({ type: 'reasoning', text: 'well', tMs: 2 });
    clock.advance(100);
    await chat.latest.end();
    const last = store.getState().messages.at(-1);
    const { fromMs, toMs } = (last?.role === 'assistant' && last.reasoningTime) || { fromMs: 0, toMs: 0 };
    expect(toMs - fromMs).toBeGreaterThan(1800);
    expect(toMs - fromMs).toBeLessThan(2300);
  });

  test('a new message has the new time', () => {
    clock.jump(jumpMs);
    actions.edit({ type: 'insert', text: 'hello' });
    actions.send();
    expect(store.getState().messages[0]?.atMs).toBe(clock.unixMs());
  });
});
