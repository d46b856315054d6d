import { withoutEntities } from '../../common/text/entities.js';
import { isObject, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { type Node, treeOf } from './nodes.js';
import { messagesOfItems } from './response-items.js';

/** Whether the value is a chat of Open WebUI's export. */
export function isOpenWebUi(value: JsonObject): boolean {
  return messagesIn(value) !== undefined;
}

function messagesIn(value: JsonObject): JsonObject | undefined {
  return objectIn(objectIn(objectIn(value, 'chat') ?? {}, 'history') ?? {}, 'messages');
}

/** Reads a chat of Open WebUI's export: a tree, with the reasoning of older versions in the answer's text. */
export function openWebUiConversation(value: JsonObject, omit: OnOmitted): Conversation {
  const chat = objectIn(value, 'chat') ?? {};
  const history = objectIn(chat, 'history') ?? {};
  const nodes = Object.entries(messagesIn(value) ?? {}).flatMap(([key, message]) =>
    isObject(message) ? nodesOf(key, message, omit) : [],
  );
  const current = textIn(history, 'currentId');
  return treeOf(
    nodes,
    {
      id: textIn(value, 'id') ?? JSON.stringify(value),
      title: textIn(value, 'title') ?? textIn(chat, 'title'),
      createdMs: timeIn(value, 'created_at'),
      usedMs: timeIn(value, 'updated_at'),
      endpoint: 'Open WebUI',
      head: current,
    },
    omit,
  );
}

/**
 * Returns the nodes of a message. An answer with tool calls has several nodes, of which the last one has the message's
 * key.
 */
function nodesOf(key: string, message: JsonObject, omit: OnOmitted): Node[] {
  const about = { timestamp: message.timestamp ?? null, model: message.model ?? null };
  const output = objectsIn(message, 'output');
  const messages =
    output.length > 0
      ? messagesOfItems(output, omit)
      : [{ role: message.role ?? null, content: contentOf(message) }];
  return messages.map((one, index) => ({
    key: index === messages.length - 1 ? key : `${key}/${index}`,
    parent: index === 0 ? (textIn(message, 'parentId') ?? null) : `${key}/${index - 1}`,
    message: { ...one, ...about },
  }));
}

const REASONING =
  /<details type="reasoning"[^>]*>\s*(?:<summary>[^<]*<\/summary>)?\s*([\s\S]*?)\s*<\/details>\s*/g;
function contentOf(message: JsonObject): JsonObject[] {
  const thoughts: JsonObject[] = [];
  const text = (textIn(message, 'content') ?? '').replace(REASONING, (_, thought: string) => {
    // The reasoning is HTML with a `>` before each line.
    thoughts.push({ type: 'thinking', thinking: withoutEntities(thought).replace(/^> ?/gm, '') });
    return '';
  });
  const files = objectsIn(message, 'files').map((file): JsonObject => {
    const [url, name] = [textIn(file, 'url') ?? '', textIn(file, 'name') ?? 'file'];
    if (textIn(file, 'type') === 'image') return { type: 'image_url', image_url: { url } };
    return { type: 'file', file: { filename: name } };
  });
  return [...thoughts, { type: 'text', text }, ...files];
}
