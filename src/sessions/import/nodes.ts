import type { JsonObject } from '../types.js';
import type { Conversation, Draft } from './conversation.js';
import { draftsOf, type OnOmitted } from './messages.js';

/** A message of a conversation that is a tree. Its `message` has the format of chat APIs. */
export interface Node {
  key: string;
  parent: string | null;
  /** A node without a message only connects others. */
  message: JsonObject | undefined;
}

/** A conversation's data besides its messages. `head` is the key of the node in use. */
export interface ConversationData extends Omit<Conversation, 'drafts' | 'head'> {
  model?: string | undefined;
  endpoint?: string | undefined;
  head?: string | undefined;
}

/** Returns a conversation whose messages form a tree. */
export function treeOf(nodes: readonly Node[], about: ConversationData, omit: OnOmitted): Conversation {
  const { model, endpoint, head, ...known } = about;
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  /** The messages of each node: a message with tool results becomes several messages. */
  const drafts = new Map(nodes.map(({ key, message }) => [key, message ? draftsOf(message, omit) : []]));
  const lastOf = (key: string): string => `${key}#${(drafts.get(key)?.length ?? 0) - 1}`;
  /** Returns the nearest node from `key` upwards that has messages. */
  const withMessages = (key: string | null): string | null => {
    const passed = new Set<string>();
    for (let at = key; at !== null && !passed.has(at); at = byKey.get(at)?.parent ?? null) {
      passed.add(at);
      if ((drafts.get(at)?.length ?? 0) > 0) return lastOf(at);
    }
    return null;
  };
  const all = nodes.flatMap(({ key, parent }): Draft[] =>
    (drafts.get(key) ?? []).map((draft, index) => ({
      ...draft,
      ...(draft.role === 'assistant' && { model: draft.model ?? model ?? null, endpoint: endpoint ?? null }),
      key: `${key}#${index}`,
      parent: index === 0 ? withMessages(parent) : `${key}#${index - 1}`,
    })),
  );
  return { ...known, drafts: all, head: (head === undefined ? null : withMessages(head)) ?? undefined };
}

/** Converts messages that follow one another to nodes. */
function inARow(messages: readonly JsonObject[]): Node[] {
  return messages.map((message, index) => ({
    key: String(index),
    parent: index === 0 ? null : String(index - 1),
    message,
  }));
}

/** Returns a conversation of messages in the format of chat APIs, one after the other. */
export function conversationOf(
  messages: readonly JsonObject[],
  about: ConversationData,
  omit: OnOmitted,
): Conversation {
  return treeOf(inARow(messages), about, omit);
}
