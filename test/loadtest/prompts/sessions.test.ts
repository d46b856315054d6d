import { expect, test } from 'vitest';
import { type Entry, entryOf } from '../../../src/loadtest/prompts/entry.js';
import { conversationIn, type SessionRow } from '../../../src/loadtest/prompts/session-turns.js';
import { createSessions } from '../../../src/loadtest/prompts/sessions.js';

function rowOf(value: Record<string, unknown>): SessionRow {
  const entry: Entry | string = entryOf({ session_id: 's', ...value });
  if (typeof entry === 'string') throw new Error(entry);
  return { entry, mode: value.message_mode, due: {} };
}

/** Returns each turn as its messages, `>` and the recorded answers; `=` marks a turn with its history. */
function turnsOf(first: Record<string, unknown>, ...later: Record<string, unknown>[]): string[] {
  const conversation = conversationIn([rowOf(first), ...later.map(rowOf)], Number.POSITIVE_INFINITY) ?? [];
  const texts = (messages: readonly { content?: unknown }[] = []): string =>
    messages.map(({ content }) => String(content)).join(' ');
  return conversation.map(
    ({ messages, recorded, whole }) =>
      `${whole === true ? '=' : ''}${texts(messages)}${recorded?.length ? `>${texts(recorded)}` : ''}`,
  );
}

const says = (role: string, content: string) => ({ role, content });
const user = (content: string) => says('user', content);
const bot = (content: string) => says('assistant', content);

test.each<[string, string[], Parameters<typeof turnsOf>]>([
  ['prompts', ['a', 'b'], [{ prompt: 'a' }, { prompt: 'b' }]],
  [
    'single messages',
    ['s a>x', 'b>y'],
    [says('system', 's'), user('a'), bot('x'), user('b'), bot('y')].map((one) => ({
      ...one,
      turn: 1,
    })) as never,
  ],
  [
    'single messages with a text',
    ['a>x'],
    [
      { role: 'user', text: 'a' },
      { role: 'assistant', text: 'x' },
    ],
  ],
  [
    'a question and its answer',
    ['a>x', 'b>y'],
    [{ messages: [user('a'), bot('x')] }, { messages: [user('b'), bot('y')] }],
  ],
  [
    'requests with their history',
    ['=a', '=a x b'],
    [{ messages: [user('a')] }, { messages: [user('a'), bot('x'), user('b'), bot('y')] }],
  ],
  [
    'a history that was shortened',
    ['=a', '=short x b'],
    [{ messages: [user('a')] }, { messages: [user('short'), bot('x'), user('b')] }],
  ],
  [
    'what a turn adds, by the word of the row',
    ['a', 'a>x', 'b'],
    [{ messages: [user('a')] }, { message_mode: 'delta', messages: [user('a'), bot('x'), user('b')] }],
  ],
  [
    'request bodies',
    ['=a', '=b'],
    [{ body: { messages: [user('a')] } }, { body: { messages: [user('b')] } }],
  ],
  ['lists of turns', ['a', 'b', 'c'], [{ turns: ['a', 'b'] }, { turns: ['c'] }]],
  ['empty questions', ['a', 'b'], [{ prompt: 'a' }, { prompt: '' }, { prompt: 'b' }]],
])('rows of a session with %s become its turns', (_what, expected, rows) => {
  expect(turnsOf(...rows)).toEqual(expected);
});

test('rows are in the order of their turn numbers, when all have one', () => {
  const sessions = createSessions<string>();
  for (const [id, turn] of [
    ['a', 2],
    ['b', undefined],
    ['a', '1'],
    ['b', 1],
  ] as const)
    sessions.add({ conversation_id: id, turn }, `${id}${turn}`);
  sessions.add({}, 'alone');
  sessions.add({ conversation_id: '' }, 'unnamed');
  expect(sessions.all()).toEqual([['a1', 'a2'], ['bundefined', 'b1'], ['alone'], ['unnamed']]);
});
