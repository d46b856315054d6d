import { expect, test } from 'vitest';
import { openSessions } from '../../../src/sessions/store.js';
import { sessionsPath } from '../../sessions/fixtures.js';
import { savedChat } from '../../support/chat/saved-chat.js';

test.each([
  ['complete', { malformedEvents: 2 }, '2 events, or parts of them, could not be read and are left out'],
  [
    'empty',
    { malformedEvents: 1, finishReason: 'stop' },
    'the answer is empty: the response could not be read (1 event) (finish_reason stop); ctrl+g asks again',
  ],
  [
    'empty',
    { finishReason: 'length' },
    'the answer is empty: the token limit was reached before any output (finish_reason length); ctrl+g asks again',
  ],
] as const)('a saved answer that is %s shows its remarks again: %o', async (outcome, ending, remark) => {
  const path = sessionsPath();
  const chat = savedChat(path);
  chat.ask('one');
  await chat.chat.latest.end({ outcome, ...ending });
  chat.actions.dispose();

  const later = savedChat(path);
  later.actions.continueLast();
  expect(later.store.getState().messages.at(-1)).toMatchObject({
    status: { kind: outcome, remarks: [remark] },
  });
});

test('an answer with a refusal shows that the model refused, with its whole text, also when it is opened again', async () => {
  const path = sessionsPath();
  const chat = savedChat(path);
  chat.ask('one');
  chat.chat.latest.text('Well. ');
  chat.chat.latest.emit({ type: 'refusal', text: 'I must not.', tMs: 2 });
  await chat.chat.latest.end({ refusal: 'I must not.' });
  const refused = {
    text: 'Well. I must not.',
    status: { kind: 'complete', remarks: ['the model refused to answer'] },
  };
  expect(chat.store.getState().messages.at(-1)).toMatchObject(refused);
  chat.actions.dispose();
  const file = openSessions(path);
  expect(file.branchInUse(file.last()?.id ?? '').at(-1)).toMatchObject({
    text: 'Well. ',
    refusal: 'I must not.',
  });
  file.close();

  const later = savedChat(path);
  later.actions.continueLast();
  expect(later.store.getState().messages.at(-1)).toMatchObject(refused);
});
