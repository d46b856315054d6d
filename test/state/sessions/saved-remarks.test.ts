import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder } from '../../sessions/place.js';
import { savedChat } from '../../support/saved-chat.js';

const place = (): string => join(folder(), 'data', 'sessions.db');

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
] as const)('a saved answer that is %s tells again what it lacks: %o', async (outcome, ending, remark) => {
  const path = place();
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
