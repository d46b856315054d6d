import { isObject, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { type Node, treeOf } from './nodes.js';

/** Whether the value is a conversation of DeepSeek's `conversations.json`. ChatGPT's has no `inserted_at`. */
export function isDeepSeek(value: JsonObject): boolean {
  return objectIn(value, 'mapping') !== undefined && 'inserted_at' in value;
}

/** Reads a conversation of DeepSeek's export: a tree like ChatGPT's, whose messages consist of typed fragments. */
export function deepSeekConversation(value: JsonObject, omit: OnOmitted): Conversation {
  const nodes = Object.entries(objectIn(value, 'mapping') ?? {}).flatMap(([key, node]): Node[] =>
    isObject(node)
      ? [{ key, parent: textIn(node, 'parent') ?? null, message: messageOf(objectIn(node, 'message'), omit) }]
      : [],
  );
  return treeOf(
    nodes,
    {
      id: textIn(value, 'id') ?? JSON.stringify(value),
      title: textIn(value, 'title'),
      createdMs: timeIn(value, 'inserted_at'),
      usedMs: timeIn(value, 'updated_at'),
      endpoint: 'DeepSeek',
    },
    omit,
  );
}

/** Returns the message in the format of chat APIs. Its fragments show whose it is. */
function messageOf(message: JsonObject | undefined, omit: OnOmitted): JsonObject | undefined {
  if (message === undefined) return undefined;
  const fragments = objectsIn(message, 'fragments');
  if (fragments.length === 0) {
    omit('message without fragments');
    return undefined;
  }
  const files = objectsIn(message, 'files').map((file): JsonObject => {
    const filename = textIn(file, 'file_name') ?? textIn(file, 'name') ?? 'file';
    return { type: 'file', file: { filename } };
  });
  return {
    role: fragments.some((fragment) => textIn(fragment, 'type') === 'REQUEST') ? 'user' : 'assistant',
    content: [...fragments.map(partOf), ...files],
    model: message.model ?? null,
    timestamp: message.inserted_at ?? null,
  };
}

function partOf(fragment: JsonObject): JsonObject {
  const text = textIn(fragment, 'content') ?? '';
  switch (textIn(fragment, 'type')) {
    case 'REQUEST':
    case 'RESPONSE':
      return { type: 'text', text };
    case 'THINK':
      return { type: 'thinking', thinking: text };
    default:
      // For example SEARCH, the pages that were found.
      return { type: textIn(fragment, 'type') ?? 'unknown' };
  }
}
