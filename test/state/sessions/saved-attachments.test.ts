import { expect, test } from 'vitest';
import { openedStore, sessionsPath } from '../../sessions/fixtures.js';
import { savedChat } from '../../support/chat/saved-chat.js';

const CAT = { name: 'cat.png', type: 'image/png', size: 3, data: 'AQID', url: null };

test('attachments of queued messages and of the draft are there again after a crash', () => {
  const path = sessionsPath();
  const first = savedChat(path, { attachment: CAT });
  first.ask('a long question');
  first.actions.attach('cat.png');
  first.ask('and what is this?');
  // On disk with the queue, without waiting.
  const [session] = openedStore(path).list();
  expect(openedStore(path).files(session?.id ?? '')).toEqual([CAT]);
  first.actions.attach('cat.png');
  first.clock.advance(1000);

  const second = savedChat(path, { begin: { kind: 'last' } });
  const { draft, attachments } = second.store.getState();
  expect(draft.text).toBe('and what is this?');
  expect(attachments).toEqual([CAT, CAT]);
  second.actions.send();
  expect(second.store.getState().messages.at(-2)).toMatchObject({ attachments: [CAT, CAT] });
  expect(openedStore(path).files(session?.id ?? '')).toEqual([]);
});

test('an attachment of a message that was never sent is there again at the next start', () => {
  const path = sessionsPath();
  const first = savedChat(path, { attachment: CAT });
  first.actions.attach('cat.png');
  first.clock.advance(1000);
  const second = savedChat(path);
  expect(second.store.getState().attachments).toEqual([CAT]);
  second.actions.detach();
  second.clock.advance(1000);
  expect(savedChat(path).store.getState().attachments).toEqual([]);
});

test('attachments move with the draft to a new conversation', async () => {
  const path = sessionsPath();
  const { actions, ask, type, store, clock, chat } = savedChat(path, { attachment: CAT });
  ask('one');
  await chat.latest.end();
  type('a draft');
  actions.attach('cat.png');
  clock.advance(1000);
  const session = openedStore(path).last()?.id ?? '';
  actions.newConversation();
  clock.advance(1000);
  expect(store.getState().attachments).toEqual([CAT]);
  expect(openedStore(path).files(null)).toEqual([CAT]);
  expect(openedStore(path).files(session)).toEqual([]);
});
