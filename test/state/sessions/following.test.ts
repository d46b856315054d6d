import { expect, test } from 'vitest';
import { openedStore, sessionsPath } from '../../sessions/fixtures.js';
import { savedChat } from '../../support/chat/saved-chat.js';
import { createFakeClock } from '../../support/clocks/clock.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an answer that another chat is writing is shown as running, grows, and ends when that chat saves its end', async () => {
  const path = sessionsPath();
  const clock = createFakeClock();
  const writer = savedChat(path, { clock });
  writer.ask('Why?');
  writer.chat.latest.start();
  writer.chat.latest.text('Because');
  clock.advance(1000);
  const reader = savedChat(path, { clock, begin: { kind: 'last' } });
  await settled();
  const last = () => reader.store.getState().messages.at(-1);
  expect(last()).toMatchObject({ text: 'Because', status: { kind: 'elsewhere' } });

  writer.chat.latest.text(' of it');
  clock.advance(2000);
  expect(last()).toMatchObject({ text: 'Because of it', status: { kind: 'elsewhere' } });
  await writer.chat.latest.end({ finishReason: 'stop' });
  clock.advance(2000);
  expect(last()).toMatchObject({ text: 'Because of it', status: { kind: 'complete', finishReason: 'stop' } });

  // The conversation continues after it, and no message is saved twice.
  reader.ask('And then?');
  await reader.chat.latest.end();
  expect(reader.chat.latest.messages.map(({ content }) => content)).toEqual([
    'Why?',
    'Because of it',
    'And then?',
  ]);
  const store = openedStore(path, { clock });
  const [session] = store.list();
  expect(store.branchInUse(session?.id ?? '').map(({ text }) => text)).toEqual([
    'Why?',
    'Because of it',
    'And then?',
    '',
  ]);
});

/** Returns a store with an answer that has begun, as of a program that has the file open. */
function begunAnswer() {
  const path = sessionsPath();
  const clock = createFakeClock();
  const store = openedStore(path, { clock });
  const { id } = store.create('t');
  const parentId = store.append(id, { role: 'user', text: 'Why?', parentId: null });
  const answer = store.beginAnswer(id, { parentId, endpoint: 'e', model: 'm' });
  return { path, clock, store, answer };
}

test('an answer becomes interrupted and keeps its text when its program stops saving', async () => {
  const { path, clock, store, answer } = begunAnswer();
  store.checkpoint(answer, { text: 'Beca' });
  const reader = savedChat(path, { clock, begin: { kind: 'last' } });
  await settled();
  const last = () => reader.store.getState().messages.at(-1);
  expect(last()).toMatchObject({ text: 'Beca', status: { kind: 'elsewhere' } });
  clock.advance(9000);
  expect(last()).toMatchObject({ status: { kind: 'elsewhere' } });
  clock.advance(3000);
  expect(last()).toMatchObject({ text: 'Beca', status: { kind: 'interrupted' } });
});

test('starting another conversation ends the updates of an answer that another chat writes', async () => {
  const { path, clock, store, answer } = begunAnswer();
  const reader = savedChat(path, { clock, begin: { kind: 'last' } });
  await settled();
  reader.actions.newConversation();
  const before = reader.store.getState().messages;
  store.finishAnswer(answer, { text: 'done', status: 'complete' });
  clock.advance(5000);
  expect(reader.store.getState().messages).toBe(before);
});
