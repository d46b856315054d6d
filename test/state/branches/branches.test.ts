import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  append,
  endBeforeMessage,
  endWith,
  forkInView,
  goOn,
  nodesOf,
  parentAt,
  type Tree,
  titleOf,
  toSibling,
  treeOf,
} from '../../../src/state/branches/branches.js';
import type { Message } from '../../../src/state/messages.js';

const EMPTY: Tree = { messages: [], aside: [] };
const user = (id: number): Message => ({ role: 'user', id, atMs: 0, text: `message ${id}` });
const notice = (id: number): Message => ({ role: 'notice', id, atMs: 0, level: 'info', text: 'note' });
const grown = (...messages: Message[]): Tree => messages.reduce(append, EMPTY);
const ids = (tree: Tree): number[] => tree.messages.map(({ id }) => id);
const turns = (tree: Tree): (string | undefined)[] =>
  tree.messages.map((message) =>
    message.role === 'notice' || message.turn === undefined
      ? undefined
      : `${message.turn.number}/${message.turn.of}`,
  );

test('a replaced message moves to another branch, and the new one is numbered among its siblings', () => {
  const tree = append(endBeforeMessage(grown(user(1), user(2), user(3)), 2), user(4));
  expect(ids(tree)).toEqual([1, 4]);
  expect(turns(tree)).toEqual([undefined, '2/2']);
  expect(tree.aside.map(({ parent, messages }) => [parent, messages.map(({ id }) => id)])).toEqual([
    [1, [2, 3]],
  ]);
});

test('the title stays the first question, also when that is edited', () => {
  expect(titleOf(EMPTY)).toBe('new conversation');
  const tree = append(endBeforeMessage(grown(notice(1), user(2), user(3)), 2), user(4));
  expect(ids(tree)).toEqual([1, 4]);
  expect(titleOf(tree)).toBe('message 2');
});

test('moving to a sibling restores all messages after it', () => {
  const tree = append(endWith(grown(user(1), user(2), user(3)), 1), user(4));
  const earlier = toSibling(tree, 1, -1) ?? EMPTY;
  expect(ids(earlier)).toEqual([1, 2, 3]);
  expect(turns(earlier)).toEqual([undefined, '1/2', undefined]);
  expect(toSibling(earlier, 1, -1)).toBeUndefined();
  expect(toSibling(earlier, 1, 1)?.messages).toEqual(tree.messages);
});

test('a branch of a branch returns when its parent is in use again', () => {
  const inner = append(endWith(grown(user(1), user(2), user(3)), 2), user(4));
  const outer = append(endWith(inner, 1), user(5));
  const back = toSibling(outer, 1, -1) ?? EMPTY;
  expect(ids(back)).toEqual([1, 2, 4]);
  expect(ids(toSibling(back, 2, -1) ?? EMPTY)).toEqual([1, 2, 3]);
});

test('the first message has siblings too, and notices stay where they are', () => {
  const tree = append(endBeforeMessage(grown(notice(1), user(2), user(3)), 2), user(4));
  expect(ids(tree)).toEqual([1, 4]);
  expect(parentAt(tree.messages, 1)).toBeNull();
  expect(ids(toSibling(tree, 1, -1) ?? EMPTY)).toEqual([1, 2, 3]);
});

test('a conversation that was ended at an answer can be extended to its earlier state', () => {
  const whole = grown(user(1), user(2), user(3));
  const ended = endWith(whole, 2);
  expect(ids(ended)).toEqual([1, 2]);
  expect(goOn(ended)).toEqual(whole);
  expect(goOn(whole)).toBeUndefined();
});

test('branch switching acts on the last fork, or on the one that the user has scrolled to', () => {
  const tree = append(endWith(append(endWith(grown(user(1), user(2)), 1), user(3)), 3), user(4));
  const forked = append(endWith(tree, 3), user(5));
  expect(ids(forked)).toEqual([1, 3, 5]);
  expect(forkInView({ ...forked, scroll: { kind: 'follow' } })).toBe(2);
  const top = { message: 1, offset: 0 };
  expect(forkInView({ ...forked, scroll: { kind: 'held', top, seen: top } })).toBe(1);
  expect(forkInView({ ...grown(user(1)), scroll: { kind: 'follow' } })).toBeUndefined();
});

test('random actions lose no message and keep ids rising, and the tree can be rebuilt from parents', () => {
  const step = fc.tuple(fc.constantFrom('append', 'cut', 'before', 'sibling'), fc.nat(), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let tree = EMPTY;
      let count = 0;
      for (const [kind, at, later] of steps) {
        const id = tree.messages[at % Math.max(1, tree.messages.length)]?.id ?? 0;
        if (kind === 'append') tree = append(tree, user(++count));
        else if (kind === 'cut') tree = endWith(tree, id);
        else if (kind === 'before') tree = endBeforeMessage(tree, id);
        else tree = toSibling(tree, at % Math.max(1, tree.messages.length), later ? 1 : -1) ?? tree;
        const along = ids(tree);
        expect(along).toEqual([...along].sort((a, b) => a - b));
        const nodes = nodesOf(tree);
        expect(nodes.map(({ message }) => message.id)).toEqual(
          Array.from({ length: count }, (_, index) => index + 1),
        );
        const read = treeOf(nodes, tree.messages.at(-1)?.id ?? null);
        expect(ids(read)).toEqual(along);
        const plain = ({ message, parent }: { message: Message; parent: number | null }) => [
          message.id,
          parent,
        ];
        expect(nodesOf(read).map(plain)).toEqual(nodes.map(plain));
      }
    }),
  );
});
