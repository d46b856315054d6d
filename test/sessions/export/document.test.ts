import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { document, fromDocument, toDocument } from '../../../src/sessions/export/document.js';
import type { SessionStore } from '../../../src/sessions/store.js';
import type { Session } from '../../../src/sessions/types.js';
import { ownSchema } from '../../support/texts/json-schema.js';
import { ask, openedStore } from '../fixtures.js';
import { sample, sessions } from './samples.js';

test('an export is the same after an import and another export', () => {
  const [target, next] = [openedStore(), openedStore()];
  // Other rows come first, so that ids differ.
  ask(target, target.create('before').id, 'q', 'a');
  const through = (store: SessionStore, exported: string): string =>
    store.together(() => {
      const [parsed] = fromDocument(exported);
      if (parsed === undefined) throw new Error('nothing imported');
      const id = store.insert(parsed);
      const again = toDocument([store.load(id)]);
      store.purge(id);
      return again;
    });
  fc.assert(
    fc.property(sessions, (session) => {
      const exchanges = session.exchanges.map((one, index) => ({ ...one, id: index + 1 }));
      const exported = toDocument([{ ...session, exchanges }]);
      expect(fromDocument(exported)).toEqual([{ ...session, exchanges }]);
      expect(through(target, exported)).toBe(exported);
      expect(through(next, exported)).toBe(exported);
    }),
    { numRuns: 40 },
  );
});

test("the published schema equals the code's, and every export is valid", async () => {
  // To write it: npx vitest run test/sessions/export/document.test.ts -u
  const schema = `${JSON.stringify(z.toJSONSchema(document, { io: 'input' }), null, 2)}\n`;
  await expect(schema).toMatchFileSnapshot('../../../schemas/sessions-export.json');
  const valid = ownSchema('sessions-export.json');
  fc.assert(
    fc.property(fc.array(sessions, { maxLength: 2 }), (some) => {
      expect(valid(JSON.parse(toDocument(some))), JSON.stringify(valid.errors)).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect(valid({ format: 'vastar-tui/sessions', version: 1, sessions: [{ id: 'x' }] })).toBe(false);
});

test('an export of version 1 is read, and its missing members are empty', () => {
  const message = messageFollowing(0);
  const [session] = fromDocument(
    JSON.stringify({
      format: 'vastar-tui/sessions',
      version: 1,
      sessions: [{ ...emptySession(), messages: [{ ...message, parentId: null }] }],
    }),
  );
  expect(session?.messages).toEqual([
    {
      ...message,
      carried: null,
      parentId: null,
      refusal: '',
      toolCalls: [],
      toolCallId: null,
      attachments: [],
      finishReason: null,
    },
  ]);
});

test('a session whose id is in use is imported with a new id', () => {
  const store = openedStore();
  const [session] = fromDocument(toDocument([sample()]));
  if (session === undefined) throw new Error('nothing imported');
  const ids = [store.insert(session), store.insert(session)];
  expect(ids[0]).toBe(session.id);
  expect(ids[1]).not.toBe(session.id);
  expect(store.list().map(({ exchanges, messages }) => [messages, exchanges])).toEqual([
    [6, 3],
    [6, 3],
  ]);
});

test.each([
  ['', 'it is not JSON'],
  ['{}', 'format: '],
  [
    toDocument([{ ...emptySession(), title: 'first' }]).replace('"first"', '5'),
    'sessions[0].title: Invalid input: expected string, received number',
  ],
  ['{"format":"vastar-tui/sessions","version":3,"sessions":[]}', 'its version is 3'],
  [toDocument([{ ...emptySession(), id: '../../etc' }]), 'sessions[0].id: expected 12 hexadecimal digits'],
  [
    toDocument([emptySession()]).replace(
      '"messages": []',
      `"messages": [${JSON.stringify(messageFollowing(9))}]`,
    ),
    'message 1 follows 9, which does not come before it',
  ],
])('a file that is not an export is refused with the reason (%#)', (document, reason) => {
  expect(() => fromDocument(document)).toThrow(reason);
});

function emptySession(): Session {
  return {
    id: '0123456789ab',
    title: '',
    createdMs: 0,
    usedMs: 0,
    pinned: false,
    headId: null,
    messages: [],
    exchanges: [],
  };
}

function messageFollowing(parentId: number) {
  const rest = { text: '', reasoning: '', status: 'complete', endpoint: null, model: null };
  return { id: 1, parentId, role: 'user', atMs: 0, ...rest };
}
