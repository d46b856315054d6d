import { expect, test } from 'vitest';
import { type AppState, initialState } from '../../../src/state/app-state.js';
import { addPortion, newAnswer } from '../../../src/state/exchange/exchange.js';
import { createIncoming } from '../../../src/state/exchange/incoming.js';
import { SIMULATOR } from '../../support/chat/chat-ports.js';

test('an answer that begins again replaces the shown text and calls at once', () => {
  const incoming = createIncoming();
  let state: AppState = {
    ...initialState({ status: 'idle' }, SIMULATOR, 0),
    messages: [newAnswer(7, 0, SIMULATOR)],
  };
  const show = () => {
    state = addPortion(state, 7, incoming.drain());
    return state.messages[0];
  };
  incoming.take({ type: 'text', text: 'Guten T', tMs: 1 });
  incoming.take({ type: 'tool_call', index: 0, id: 'a', name: 'f', arguments: '{"x', tMs: 2 });
  expect(show()).toMatchObject({ text: 'Guten T', toolCalls: [{ id: 'a' }] });
  incoming.take({ type: 'split', reasoning: '', text: '', tMs: 3 });
  expect(show()).toMatchObject({ text: '' });
  expect(show()).not.toHaveProperty('toolCalls');
  incoming.take({ type: 'text', text: 'Guten Tag', tMs: 4 });
  expect(show()).toMatchObject({ text: 'Guten Tag' });
});
