import { beforeEach, describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../src/common/errors.js';
import type { Actions } from '../../src/state/actions.js';
import { FRAME_MS } from '../../src/state/exchange/frames.js';
import type { AssistantMessage } from '../../src/state/messages.js';
import type { ScreenPort } from '../../src/state/ports.js';
import type { AppStore } from '../../src/state/store.js';
import { createActingChat } from '../support/chat/acting-chat.js';
import {
  createMemoryModes,
  type MemoryChat,
  type MemoryConnection,
  metricsOf,
  OPENAI,
  SIMULATOR,
} from '../support/chat/chat-ports.js';
import type { FakeClock } from '../support/clocks/clock.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let connection: MemoryConnection;
let clock: FakeClock;
let done: string[];
let commits: number;

const screen: Partial<ScreenPort> = {
  copy: (text) => done.push(`copy ${text}`),
  suspend: () => done.push('suspend'),
  redraw: () => done.push('redraw'),
  exit: () => done.push('exit'),
};

function setUp(unusable: Record<string, string> = {}): void {
  done = [];
  const modes = createMemoryModes([SIMULATOR, OPENAI], unusable);
  ({ store, actions, chat, connection, clock } = createActingChat({ modes, screen }));
  commits = 0;
  store.subscribe(() => {
    commits += 1;
  });
}

beforeEach(() => setUp());

const type = (text: string): void => actions.edit({ type: 'insert', text });
const ask = (text: string): void => {
  type(text);
  actions.send();
};
const answer = (): AssistantMessage => {
  const last = store.getState().messages.at(-1);
  if (last?.role !== 'assistant') throw new Error('the last message is no answer');
  return last;
};
const toast = (): string | undefined => store.getState().toast?.text;

describe('sending', () => {
  test('sends the draft, empties it and adds it to the history', () => {
    ask('hello');
    const { messages, draft, request } = store.getState();
    expect(messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'hello'],
      ['assistant', ''],
    ]);
    expect(draft).toMatchObject({ text: '', history: ['hello'] });
    expect(request.kind).toBe('running');
    expect(chat.latest.messages).toEqual([{ role: 'user', content: 'hello' }]);
  });

  test('sends the whole conversation, without answers that are empty', async () => {
    ask('one');
    chat.latest.text('first answer');
    await chat.latest.end();
    ask('two');
    await chat.latest.end({ outcome: 'error' });
    ask('three');
    expect(chat.latest.messages).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'first answer' },
      { role: 'user', content: 'two' },
      { role: 'user', content: 'three' },
    ]);
  });

  test('shows the reason in a toast when there is nothing to send', () => {
    type('  ');
    actions.send();
    expect(toast()).toContain('nothing to send');
  });
});

describe('streamed output', () => {
  test('reaches the store at once for the first token, then once per frame', () => {
    ask('hello');
    chat.latest.start();
    commits = 0;
    chat.latest.text('a');
    clock.advance(0);
    expect([answer().text, commits]).toEqual(['a', 1]);
    for (const piece of ['b', 'c', 'd']) chat.latest.text(piece);
    clock.advance(0);
    expect([answer().text, commits]).toEqual(['a', 1]);
    clock.advance(FRAME_MS);
    expect([answer().text, commits]).toEqual(['abcd', 2]);
  });

  test('is shown at once for the first token, even right after a frame of the clock', () => {
    ask('hello');
    chat.latest.start();
    clock.advance(101);
    chat.latest.text('a');
    clock.advance(0);
    expect(answer().text).toBe('a');
  });

  test('is complete at the end, without waiting for a frame', async () => {
    ask('hello');
    chat.latest.text('a');
    chat.latest.text('b');
    await chat.latest.end();
    expect(answer()).toMatchObject({ text: 'ab', status: { kind: 'complete' } });
  });

  test('loses its control sequences, also one that is split over two chunks', async () => {
    ask('hello');
    for (const piece of ['a\x1b]0;ti', 'tle\x07b\x1b[3', '1mc\u202e']) chat.latest.text(piece);
    chat.latest.emit({ type: 'reasoning', text: 'why\x1b[2J', tMs: 1 });
    await chat.latest.end();
    expect(answer()).toMatchObject({ text: 'abc\u202e', reasoning: 'why' });
  });

  test('is measured when it is on the screen, frame by frame', async () => {
    ask('hello');
    chat.latest.start();
    clock.advance(50);
    chat.latest.text('a');
    clock.advance(0);
    await Promise.resolve();
    expect(chat.latest.paintedMs).toEqual([50]);
    chat.latest.text('b');
    clock.advance(FRAME_MS);
    await Promise.resolve();
    expect(chat.latest.paintedMs).toEqual([50, 50 + FRAME_MS]);
    clock.advance(1000);
    await Promise.resolve();
    expect(chat.latest.paintedMs).toHaveLength(2);
  });

  test('updates its figures at most ten times a second', () => {
    ask('hello');
    chat.latest.start();
    const exchange = chat.latest;
    exchange.text('a');
    clock.advance(0);
    exchange.metrics = metricsOf({ phase: 'streaming', elapsedMs: 500, chunks: 7 });
    exchange.text('b');
    clock.advance(FRAME_MS);
    expect(store.getState().request).toMatchObject({ metrics: { chunks: 0 } });
    clock.advance(100);
    expect(store.getState().request).toMatchObject({ kind: 'running', metrics: { chunks: 7 } });
  });
});

describe('an answer', () => {
  test('that failed shows what happened and what to do; its text is kept', async () => {
    ask('hello');
    chat.latest.text('half');
    const error = new ConnectorException('the daemon went\x1b[31m away', ErrorClass.Transient, 1, {
      hop: 'daemon',
    });
    await chat.latest.end({ outcome: 'error', error });
    expect(answer()).toMatchObject({
      text: 'half',
      status: {
        kind: 'error',
        failure: { what: 'the daemon went away', next: 'ctrl+g asks again' },
      },
    });
    expect(store.getState().session).toMatchObject({ requests: 1, errors: 1 });
  });

  test('that was stopped has a remark and is not an error', async () => {
    ask('hello');
    chat.latest.text('half');
    actions.stop();
    expect(chat.latest.signal?.aborted).toBe(true);
    await Promise.resolve();
    expect(answer()).toMatchObject({
      text: 'half',
      status: { kind: 'cancelled', remarks: ['stopped: the partial answer is kept'] },
    });
    expect(store.getState().session).toMatchObject({ requests: 1, errors: 0 });
  });

  test.each([
    ['was cut', { outcome: 'truncated' as const, finishReason: null }, 'cut off'],
    ['met a limit', { finishReason: 'length' }, 'cut off at the output limit'],
    [
      'had unreadable events',
      { malformedEvents: 2 },
      '2 events, or parts of them, could not be read and are left out',
    ],
    ['did not stream', { metrics: metricsOf({ buffered: true }) }, 'does not stream'],
    ['is empty', { outcome: 'empty' as const }, 'the answer is empty'],
  ])('that %s has a remark', async (_name, end, remark) => {
    ask('hello');
    await chat.latest.end(end);
    expect(answer().status).toMatchObject({
      remarks: expect.arrayContaining([expect.stringContaining(remark)]),
    });
  });

  test('that ends by a defect of the connector is shown like a failure', async () => {
    ask('hello');
    await chat.latest.break(new Error('oops'));
    expect(answer().status).toMatchObject({ kind: 'error', failure: { what: 'oops' } });
    ask('again');
    expect(chat.exchanges).toHaveLength(2);
  });
});

describe('asking again', () => {
  test('replaces the last answer', async () => {
    ask('hello');
    chat.latest.text('bad');
    await chat.latest.end();
    actions.regenerate();
    expect(store.getState().messages.map(({ text }) => text)).toEqual(['hello', '']);
    expect(chat.latest.messages).toEqual([{ role: 'user', content: 'hello' }]);
  });

  test('keeps the earlier answer as a branch, also when the new one fails', async () => {
    ask('hello');
    chat.latest.text('good');
    await chat.latest.end();
    actions.regenerate();
    actions.switchBranch(-1);
    expect(toast()).toContain('an answer is running');
    await chat.latest.end({ outcome: 'error' });
    expect(answer()).toMatchObject({ status: { kind: 'error' }, turn: { number: 2, of: 2 } });
    actions.switchBranch(-1);
    expect(answer()).toMatchObject({ text: 'good', turn: { number: 1, of: 2 } });
    actions.switchBranch(-1);
    expect(toast()).toContain('first branch');
    ask('go on');
    expect(chat.latest.messages.map(({ content }) => content)).toEqual(['hello', 'good', 'go on']);
  });

  test('shows the reason in a toast when no question was asked', () => {
    actions.regenerate();
    expect(toast()).toContain('nothing to ask again');
  });
});

describe('switching the mode', () => {
  test('selects the next one, and after the last the first', () => {
    actions.switchMode();
    expect(store.getState().endpoint).toEqual(OPENAI);
    actions.switchMode();
    expect(store.getState().endpoint).toEqual(SIMULATOR);
  });

  test('names the missing setting when a mode is unusable, and keeps the current one', () => {
    setUp({ openai: 'openai: OPENAI_API_KEY is not set' });
    actions.switchMode();
    expect(store.getState().endpoint).toEqual(SIMULATOR);
    expect(toast()).toBe('openai: OPENAI_API_KEY is not set');
    actions.switchMode('nowhere');
    expect(toast()).toContain('there is no mode "nowhere"');
  });

  test('does not change the endpoint of a running answer', async () => {
    ask('hello');
    actions.switchMode();
    await chat.latest.end();
    expect(answer().endpoint.name).toBe('simulator');
    ask('next');
    expect(answer().endpoint.name).toBe('openai');
  });
});

test('taking queued messages back removes the toast that they are queued', () => {
  for (const text of ['first', 'second']) {
    actions.edit({ type: 'insert', text });
    actions.send();
  }
  expect(toast()).toContain('queued');
  actions.takeBack();
  expect(toast()).toBeUndefined();
});

test('stopping an answer removes the toast about the queue', () => {
  for (const text of ['first', 'second']) {
    actions.edit({ type: 'insert', text });
    actions.send();
  }
  actions.stop();
  expect(toast()).toContain('taken back');
  actions.stop();
  expect(toast()).toBeUndefined();
});

describe('the connection', () => {
  test("requests the daemon's health when an answer has ended", async () => {
    ask('hello');
    chat.latest.text('yes');
    expect(connection.healthChecks).toBe(0);
    await chat.latest.end();
    expect(connection.healthChecks).toBe(1);
  });

  test('sends no health request to a daemon of the public protocol', async () => {
    connection.become({ status: 'connected', sinceMs: 0, daemon: { kind: 'foreign', rttMs: 1 } });
    ask('hello');
    await chat.latest.end();
    expect(connection.healthChecks).toBe(0);
  });

  test('shows each change; toasts report its loss and its return', () => {
    connection.become({ status: 'waiting', attempt: 1, retryAtMs: clock.unixMs() + 2000, error: 'refused' });
    expect(store.getState().connection.status).toBe('waiting');
    expect(toast()).toContain('lost');
    connection.become({ status: 'connecting', attempt: 2 });
    connection.become({ status: 'connected', sinceMs: 0 });
    expect(toast()).toBe('connected again');
  });

  test('counts down while it waits to reconnect', () => {
    connection.become({ status: 'waiting', attempt: 1, retryAtMs: clock.unixMs() + 2000, error: 'refused' });
    const before = store.getState().nowMs;
    clock.advance(500);
    expect(store.getState().nowMs - before).toBeGreaterThanOrEqual(400);
  });
});

describe('leaving', () => {
  test('ctrl+c clears the draft first, and quits when pressed again in time', () => {
    type('a thought');
    actions.clearOrQuit();
    expect(store.getState().draft).toMatchObject({ text: '', history: ['a thought'] });
    expect(store.getState().toast?.text).toBe('cleared: up brings it back; ctrl+c again quits');
    expect(done).toEqual([]);
    actions.clearOrQuit();
    expect(done).toEqual(['exit']);
  });

  test('ctrl+c after two seconds, or after typing, clears the draft again', () => {
    actions.clearOrQuit();
    clock.advance(2001);
    actions.clearOrQuit();
    type('x');
    actions.clearOrQuit();
    expect(done).toEqual([]);
  });

  test('cancels running exchanges and unsubscribes', async () => {
    ask('hello');
    actions.dispose();
    expect(chat.latest.signal?.aborted).toBe(true);
    await Promise.resolve();
    expect([connection.listeners, clock.waiting]).toEqual([0, 0]);
  });
});

test('no timer runs while nothing moves', async () => {
  expect(clock.waiting).toBe(0);
  ask('hello');
  chat.latest.text('a');
  expect(clock.waiting).toBeGreaterThan(0);
  await chat.latest.end();
  clock.advance(10_000);
  expect(clock.waiting).toBe(0);
});

test('a new conversation keeps the figures of the session', async () => {
  ask('hello');
  actions.newConversation();
  expect(toast()).toContain('an answer is running');
  await chat.latest.end();
  actions.newConversation();
  expect(store.getState()).toMatchObject({ messages: [], session: { requests: 1 } });
});
