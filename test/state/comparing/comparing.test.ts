import { beforeEach, describe, expect, test } from 'vitest';
import type { Actions } from '../../../src/state/actions.js';
import type { Comparison } from '../../../src/state/comparing/comparison.js';
import type { AppStore } from '../../../src/state/store.js';
import { createActingChat } from '../../support/chat/acting-chat.js';
import {
  createMemoryModes,
  type MemoryChat,
  type MemoryExchange,
  metricsOf,
  OPENAI,
  SIMULATOR,
} from '../../support/chat/chat-ports.js';
import type { FakeClock } from '../../support/clocks/clock.js';

let store: AppStore;
let actions: Actions;
let chat: MemoryChat;
let clock: FakeClock;

function setUp(modes = createMemoryModes()): void {
  ({ store, actions, chat, clock } = createActingChat({ modes }));
}

beforeEach(() => setUp());

const type = (text: string): void => actions.edit({ type: 'insert', text });
const toast = (): string | undefined => store.getState().toast?.text;
const texts = (): string[] => store.getState().messages.map(({ text }) => text);
function comparison(): Comparison {
  const { comparison: found } = store.getState();
  if (found === undefined) throw new Error('nothing is compared');
  return found;
}
function exchange(index: number): MemoryExchange {
  const found = chat.exchanges[index];
  if (found === undefined) throw new Error(`no exchange ${index}`);
  return found;
}
/** Compares with the draft as the question; the first side answers "one", the second "other". */
async function compared(): Promise<void> {
  type('question');
  actions.compare();
  for (const [index, text] of ['one', 'other'].entries()) {
    exchange(index).start();
    exchange(index).text(text);
    clock.advance(40);
    await exchange(index).end({ metrics: metricsOf({ ttftMs: 100 * (index + 1), outputTokens: 1 }) });
  }
}

test('the draft goes to both endpoints at once, each with its model', () => {
  type('question');
  actions.compare();
  expect(chat.exchanges.map(({ options: { endpoint, model } }) => ({ name: endpoint, model }))).toEqual([
    { name: SIMULATOR.name, model: SIMULATOR.model },
    { name: OPENAI.name, model: OPENAI.model },
  ]);
  for (const { messages } of chat.exchanges)
    expect(messages).toEqual([{ role: 'user', content: 'question' }]);
  expect(texts()).toEqual(['question']);
  expect(store.getState().draft.text).toBe('');
});

test('starting a comparison removes an earlier toast', async () => {
  await compared();
  actions.stop();
  expect(toast()).toContain('no answer kept');
  actions.compare();
  expect(toast()).toBeUndefined();
});

test('each answer has its own text and figures, and both count for the session', async () => {
  await compared();
  const [one, other] = comparison().sides;
  expect([one?.answer.text, other?.answer.text]).toEqual(['one', 'other']);
  expect([one?.request, other?.request]).toMatchObject([
    { kind: 'done', metrics: { ttftMs: 100 } },
    { kind: 'done', metrics: { ttftMs: 200 } },
  ]);
  expect(store.getState().session).toMatchObject({ requests: 2, ttfts: [100, 200] });
  expect(store.getState().request.kind).toBe('none');
});

test('the conversation continues with the marked answer and its endpoint', async () => {
  await compared();
  actions.markSide();
  actions.chooseSide();
  expect(texts()).toEqual(['question', 'other']);
  expect(store.getState()).toMatchObject({ endpoint: { name: 'openai' }, comparison: undefined });
  expect(toast()).toContain('continuing with openai');
  expect(toast()).toContain('the other answer is on another branch');
  actions.switchBranch(-1);
  expect(texts()).toEqual(['question', 'one']);
  actions.switchBranch(1);
  expect(texts()).toEqual(['question', 'other']);
  type('next');
  actions.send();
  expect(chat.latest.messages.map(({ content }) => content)).toEqual(['question', 'other', 'next']);
  expect(chat.latest.options.endpoint).toBe('openai');
});

test('with an empty draft the last question is sent again; leaving keeps its answer unchanged', async () => {
  type('asked');
  actions.send();
  chat.latest.text('first answer');
  await chat.latest.end();
  actions.compare();
  expect(chat.exchanges).toHaveLength(3);
  expect(chat.latest.messages).toEqual([{ role: 'user', content: 'asked' }]);
  await exchange(1).end();
  await exchange(2).end();
  actions.stop();
  expect(texts()).toEqual(['asked', 'first answer']);
  expect(comparison).toThrow();
});

test('stop ends both and keeps their text; a second stop keeps neither and returns the question', async () => {
  type('question');
  actions.compare();
  exchange(0).text('part');
  actions.stop();
  await Promise.resolve();
  expect(chat.exchanges.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
  await exchange(1).end();
  expect(comparison().sides[0]?.answer).toMatchObject({ text: 'part', status: { kind: 'cancelled' } });
  type('more');
  actions.stop();
  expect(store.getState()).toMatchObject({ messages: [], draft: { text: 'question\n\nmore' } });
});

test('the user can neither choose while an answer runs nor ask before choosing', async () => {
  type('question');
  actions.compare();
  actions.chooseSide();
  expect(toast()).toContain('all answers have to end first');
  await exchange(0).end();
  await exchange(1).end();
  type('next');
  for (const action of [actions.send, actions.regenerate, actions.reviseLast, actions.newConversation]) {
    action();
    expect(toast()).toContain('choose an answer first');
  }
  expect(chat.exchanges).toHaveLength(2);
});

test('a failed side shows its error, and the other one can be chosen', async () => {
  type('question');
  actions.compare();
  exchange(0).text('fine');
  await exchange(1).break(new Error('no such host'));
  await exchange(0).end();
  expect(comparison().sides.map(({ answer }) => answer.status.kind)).toEqual(['complete', 'error']);
  actions.chooseSide();
  expect(texts()).toEqual(['question', 'fine']);
  expect(store.getState().aside).toEqual([]);
});

test('with several other modes one is picked; a toast says why one cannot be used', () => {
  const third = { ...OPENAI, name: 'local' };
  setUp(createMemoryModes([SIMULATOR, OPENAI, third]));
  type('question');
  actions.compare();
  expect(store.getState().overlay).toMatchObject({
    purpose: 'compare',
    items: [{ id: 'openai' }, { id: 'local' }, { id: '/models' }, { id: '/setup' }],
  });
  expect(chat.exchanges).toHaveLength(0);
  actions.compare('local');
  expect(chat.latest.options.endpoint).toBe('local');
});

test("with one endpoint the list offers its other models, other modes' problems, and how to set up an endpoint", () => {
  setUp(createMemoryModes([SIMULATOR, { ...OPENAI, problem: 'OPENAI_API_KEY is not set' }]));
  type('question');
  actions.compare();
  expect(store.getState().overlay).toMatchObject({
    items: [
      { id: '/models', label: 'another model of simulator' },
      { id: 'openai', hint: 'OPENAI_API_KEY is not set' },
      { id: '/setup', label: 'set up a further endpoint' },
    ],
  });
  actions.compareWith(['openai']);
  expect(toast()).toBe('OPENAI_API_KEY is not set');
  expect(store.getState().draft.text).toBe('question');
  actions.explainSetup();
  expect(store.getState().messages.at(-1)).toMatchObject({ role: 'notice' });
  expect(texts().at(-1)).toContain('vastar-tui endpoints add');
});

test('a comparison can send the question to several models of one endpoint', () => {
  type('question');
  actions.compare(':gpt-4o openai:o3 gone');
  expect(toast()).toBe('there is no other mode "gone"');
  actions.compare(':gpt-4o openai:o3');
  expect(chat.exchanges.map(({ options: { endpoint, model } }) => `${endpoint} ${model}`)).toEqual([
    'simulator gpt-3.5-turbo',
    'simulator gpt-4o',
    'openai o3',
  ]);
});

test('the marked one of three answers continues the conversation; the others are sibling branches', async () => {
  type('question');
  actions.compare(':a :b');
  for (const [index, text] of ['one', 'two', 'three'].entries()) {
    exchange(index).start();
    exchange(index).text(text);
    clock.advance(40);
    await exchange(index).end();
  }
  actions.markSide();
  actions.chooseSide();
  expect(texts()).toEqual(['question', 'two']);
  expect(store.getState().endpoint).toMatchObject({ name: 'simulator', model: 'a' });
  expect(store.getState().aside).toHaveLength(2);
  expect(toast()).toContain('the other answers are on other branches');
});

describe('rounds', () => {
  /** The endpoints of the exchanges from this index on, sorted because each round starts with another side. */
  async function round(from: number): Promise<void> {
    for (const place of [0, 1]) {
      const { options } = exchange(from + place);
      const ttftMs = (options.endpoint === 'openai' ? 200 : 100) + from;
      exchange(from + place).start();
      exchange(from + place).text(`answer ${from}`);
      clock.advance(40);
      await exchange(from + place).end({ metrics: metricsOf({ ttftMs }) });
      await Promise.resolve();
    }
  }

  test('start with another endpoint each time', async () => {
    type('question');
    actions.compare('openai x2');
    await round(0);
    expect(chat.exchanges.map(({ options }) => options.endpoint)).toEqual([
      ...['simulator', 'openai'],
      ...['openai', 'simulator'],
    ]);
  });

  test('after the first add figures and leave the answers unchanged', async () => {
    type('question');
    actions.compare('openai x3');
    await round(0);
    await round(2);
    await round(4);
    expect(chat.exchanges).toHaveLength(6);
    const { sides, rounds } = comparison();
    expect(rounds).toEqual({ now: 3, of: 3 });
    expect(sides.map(({ answer }) => answer.text)).toEqual(['answer 0', 'answer 0']);
    expect(sides.map(({ runs }) => runs.map(({ ttftMs }) => ttftMs))).toEqual([
      [100, 102, 104],
      [200, 202, 204],
    ]);
    expect(store.getState().session.requests).toBe(6);
  });

  test('can be added afterwards, and a stop ends them', async () => {
    type('question');
    actions.compare();
    await round(0);
    actions.repeatSides();
    expect(toast()).toBe('asking each 5 more times, to measure them');
    expect(comparison().rounds).toEqual({ now: 2, of: 6 });
    await round(2);
    actions.stop();
    await Promise.resolve();
    await Promise.resolve();
    expect(chat.exchanges).toHaveLength(6);
    expect(comparison().rounds).toEqual({ now: 3, of: 3 });
    actions.chooseSide();
    expect(texts()).toEqual(['question', 'answer 0']);
  });

  test('ignore failed answers; the others count', async () => {
    type('question');
    actions.compare('openai x2');
    await exchange(0).end({ outcome: 'error' });
    await exchange(1).end({ metrics: metricsOf({ ttftMs: 1 }) });
    await Promise.resolve();
    await round(2);
    expect(comparison().sides.map(({ runs }) => runs.length)).toEqual([1, 2]);
  });
});

test('a toast gives the reason when there is no question or no other mode', () => {
  actions.compare();
  expect(toast()).toContain('send a question first, or type one and press ctrl+b');
  setUp(createMemoryModes([SIMULATOR]));
  type('question');
  actions.compare();
  expect(store.getState().overlay).toMatchObject({
    purpose: 'compare',
    items: [{ id: '/models' }, { id: '/setup' }],
  });
});
