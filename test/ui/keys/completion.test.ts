import { expect, test } from 'vitest';
import { initialState } from '../../../src/state/app-state.js';
import { completionsOf } from '../../../src/ui/keys/completion.js';
import { draftNote } from '../../../src/ui/panes/composer.js';
import { CONNECTED, SIMULATOR } from '../../support/chat/chat-ports.js';

test.each([
  ['/se', ['/sessions', '/search', '/set']],
  ['/set to', ['/set top_p', '/set tool_choice', '/set top_logprobs']],
  ['/set reasoning_effort h', ['/set reasoning_effort high']],
  ['/set seed o', ['/set seed off']],
  ['/set foo b', []],
  ['set top', []],
  ['/system to', []],
])('%s completes to %j', (draft, texts) => {
  expect(completionsOf(draft)).toEqual(texts);
});

test.each([
  ['/set to', 'top_p tool_choice top_logprobs'],
  ['/set top_p', 'top_p: 0.5; it takes a number from 0 to 1; off, null'],
  ['/set verbosity l', 'verbosity: not set; it takes one of low, medium, high; off, null'],
  ['/set anything 1', 'anything: not set'],
])('the row above the draft %s shows: %s', (text, words) => {
  const state = initialState(CONNECTED, SIMULATOR, 0);
  const settings = { body: { top_p: 0.5 } };
  expect(draftNote({ ...state, settings, draft: { ...state.draft, text } })).toBe(words);
});
