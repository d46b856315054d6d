import type { Message } from '../messages.js';
import type { Scroll } from '../view/scroll.js';

/** A branch not in use. It starts after the message `parent`; null means at the beginning. */
export interface Branch {
  readonly parent: number | null;
  /** Never empty. The first message identifies the branch. */
  readonly messages: readonly [Message, ...Message[]];
}

/**
 * The conversation's tree. `messages` is the branch in use and `aside` has the others. A branch's parent is in either
 * of them. Ids increase along every branch.
 */
export interface Tree {
  readonly messages: readonly Message[];
  readonly aside: readonly Branch[];
}

/** Returns the id of the message before `index`, ignoring notices: they are not in the tree. */
export function parentAt(messages: readonly Message[], index: number): number | null {
  return messages.findLast(({ role }, at) => at < index && role !== 'notice')?.id ?? null;
}

/** Returns the conversation's title, as it is saved: the first line of its first question, edited or not. */
export function titleOf({ messages, aside }: Tree): string {
  const beginnings = aside.flatMap((branch) => (branch.parent === null ? [branch.messages] : []));
  const [first] = [messages, ...beginnings]
    .flatMap((branch) => branch.find(({ role }) => role === 'user') ?? [])
    .toSorted((one, other) => one.id - other.id);
  return first?.text.trim().split('\n', 1)[0] ?? 'new conversation';
}

/** Adds a message at the end of the branch in use. Its id must be higher than all others. */
export function append({ messages, aside }: Tree, message: Message): Tree {
  const parent = parentAt(messages, messages.length);
  const others = aside.filter((branch) => branch.parent === parent).length;
  return { aside, messages: [...messages, placed(message, others + 1, others + 1)] };
}

/** Ends the branch in use before the message at `index`; the rest becomes a separate branch. */
function endBefore(tree: Tree, index: number): Tree {
  const { messages, aside } = tree;
  const parent = parentAt(messages, index);
  const start = messages.findIndex(({ role }, at) => at >= index && role !== 'notice');
  const [first, ...rest] = start < 0 ? [] : messages.slice(start);
  if (first === undefined) return { messages, aside };
  return { messages: messages.slice(0, start), aside: [...aside, { parent, messages: [first, ...rest] }] };
}

/** Ends the branch in use after the message with this id. */
export function endWith(tree: Tree, id: number): Tree {
  const index = tree.messages.findIndex((message) => message.id === id);
  return index < 0 ? tree : endBefore(tree, index + 1);
}

/** Ends the branch in use before the message with this id, so that another message can replace it. */
export function endBeforeMessage(tree: Tree, id: number): Tree {
  const index = tree.messages.findIndex((message) => message.id === id);
  return index < 0 ? tree : endBefore(tree, index);
}

/** Switches to the sibling `steps` after the message at `index`; undefined when there is none. */
export function toSibling(tree: Tree, index: number, steps: number): Tree | undefined {
  const { messages, aside } = tree;
  const current = messages[index];
  if (current === undefined) return undefined;
  const parent = parentAt(messages, index);
  const siblings = aside.filter((branch) => branch.parent === parent);
  const ids = [current.id, ...siblings.map((branch) => branch.messages[0].id)].sort((a, b) => a - b);
  const position = ids.indexOf(current.id) + steps;
  const chosen = siblings.find((branch) => branch.messages[0].id === ids[position]);
  if (chosen === undefined) return undefined;
  const left = endBefore(tree, index);
  const [first, ...rest] = chosen.messages;
  return {
    messages: [...left.messages, placed(first, position + 1, ids.length), ...rest],
    aside: left.aside.filter((branch) => branch !== chosen),
  };
}

/** Extends the current branch by the messages after its end that were used last; undefined without any. */
export function goOn({ messages, aside }: Tree): Tree | undefined {
  const parent = parentAt(messages, messages.length);
  const siblings = aside.filter((branch) => branch.parent === parent);
  const latest = siblings.at(-1);
  if (latest === undefined) return undefined;
  const ids = siblings.map((branch) => branch.messages[0].id).sort((a, b) => a - b);
  const [first, ...rest] = latest.messages;
  const shown = placed(first, ids.indexOf(first.id) + 1, ids.length);
  return { messages: [...messages, shown, ...rest], aside: aside.filter((branch) => branch !== latest) };
}

/**
 * Returns the index of the message at which the user switches branches. It is the last message with siblings; after
 * scrolling back, the first one from the top row on. Undefined when no message has siblings.
 */
export function forkInView({
  messages,
  scroll,
}: {
  readonly messages: readonly Message[];
  readonly scroll: Scroll;
}): number | undefined {
  const last = messages.findLastIndex(hasSiblings);
  if (last < 0) return undefined;
  if (scroll.kind === 'follow') return last;
  const shown = messages.findIndex((message) => message.id >= scroll.top.message && hasSiblings(message));
  return shown < 0 ? last : shown;
}

/**
 * Builds the tree.
 * @param nodes messages in the order of their ids, each with its parent's id
 * @param head the last message of the branch in use
 */
export function treeOf(
  nodes: readonly { message: Message; parent: number | null }[],
  head: number | null,
): Tree {
  const byId = new Map(nodes.map((node) => [node.message.id, node]));
  const used = new Set<number>();
  for (let at = head === null ? undefined : byId.get(head); at !== undefined; ) {
    used.add(at.message.id);
    at = at.parent === null ? undefined : byId.get(at.parent);
  }
  // Outside the branch in use, the latest child continues its parent's branch; each other child begins a new one.
  const latestChild = new Map<number | null, number>();
  const children = new Map<number | null, number[]>();
  for (const { message, parent } of nodes) {
    latestChild.set(parent, message.id);
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [message.id]);
    else known.push(message.id);
  }
  const messages: Message[] = [];
  const branches = new Map<number, { parent: number | null; messages: [Message, ...Message[]] }>();
  const branchOf = new Map<number, number>();
  for (const { message, parent } of nodes) {
    const siblings = children.get(parent) ?? [];
    const shown = placed(message, siblings.indexOf(message.id) + 1, siblings.length);
    if (used.has(message.id)) {
      messages.push(shown);
      continue;
    }
    const parents = parent === null || used.has(parent) ? undefined : branchOf.get(parent);
    const branch = parents === undefined ? undefined : branches.get(parents);
    if (parents !== undefined && branch !== undefined && latestChild.get(parent) === message.id) {
      branch.messages.push(shown);
      branchOf.set(message.id, parents);
    } else {
      branches.set(message.id, { parent, messages: [shown] });
      branchOf.set(message.id, message.id);
    }
  }
  return { messages, aside: [...branches.values()] };
}

/** Returns all messages of the tree with their parents' ids, in the order of their ids. */
export function nodesOf({ messages, aside }: Tree): { message: Message; parent: number | null }[] {
  const chain = (from: number | null, chained: readonly Message[]) => {
    let parent = from;
    return chained.flatMap((message) => {
      if (message.role === 'notice') return [];
      const node = { message, parent };
      parent = message.id;
      return [node];
    });
  };
  return [chain(null, messages), ...aside.map((branch) => chain(branch.parent, branch.messages))]
    .flat()
    .sort((a, b) => a.message.id - b.message.id);
}

function hasSiblings(message: Message): boolean {
  return message.role !== 'notice' && message.turn !== undefined;
}

/** Sets the message's number among its siblings. */
function placed(message: Message, number: number, of: number): Message {
  if (message.role === 'notice') return message;
  const { turn } = message;
  if (of < 2) return turn === undefined ? message : { ...message, turn: undefined };
  return turn?.number === number && turn.of === of ? message : { ...message, turn: { number, of } };
}
