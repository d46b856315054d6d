import { expect, test } from 'vitest';
import { sessionsPath } from '../../sessions/fixtures.js';
import { savedChat } from '../../support/chat/saved-chat.js';

test('opening a session restores its system prompt', async () => {
  const path = sessionsPath();
  const chat = savedChat(path);
  chat.actions.setSystem('Be brief.');
  chat.ask('one');
  await chat.chat.latest.end();
  chat.actions.newConversation();
  chat.actions.setSystem('off');
  chat.ask('two');
  await chat.chat.latest.end();
  chat.actions.dispose();

  const later = savedChat(path);
  later.actions.setSystem('of the next conversation');
  later.actions.continueLast();
  expect(later.store.getState().settings.system).toBeUndefined();
  later.actions.continueLast();
  expect(later.store.getState().settings.system).toBe('Be brief.');
  later.actions.regenerate();
  expect(later.chat.latest.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
});

test("opening a session restores its parameters; a new session doesn't have them", async () => {
  const path = sessionsPath();
  const chat = savedChat(path);
  for (const set of ['top_p 0.5', 'temperature 1', 'stream_options null']) chat.actions.setParameter(set);
  chat.ask('one');
  await chat.chat.latest.end();
  chat.actions.dispose();

  const later = savedChat(path);
  later.actions.setParameter('seed 7');
  later.actions.continueLast();
  expect(later.store.getState().settings).toEqual({
    system: undefined,
    temperature: 1,
    body: { top_p: 0.5, stream_options: null },
  });
});

test('opening a session restores the model of its last answer, at the same endpoint', async () => {
  const path = sessionsPath();
  const chat = savedChat(path);
  chat.actions.chooseModel('chosen-1');
  chat.ask('one');
  await chat.chat.latest.end();
  chat.actions.dispose();

  const model = (later: ReturnType<typeof savedChat>): string => later.store.getState().endpoint.model;
  const later = savedChat(path, { begin: { kind: 'last' } });
  expect(model(later)).toBe('chosen-1');
  expect(later.store.getState().toast?.text).toBe('model chosen-1, as in this conversation');
  const given = savedChat(path, { begin: { kind: 'last' }, modelGiven: true });
  expect(model(given)).not.toBe('chosen-1');
  const elsewhere = savedChat(path);
  elsewhere.actions.switchMode('openai');
  const before = model(elsewhere);
  elsewhere.actions.continueLast();
  expect(model(elsewhere)).toBe(before);
});
