import { isObject, listIn, objectIn, objectsIn, parseJson, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { type Node, treeOf } from './nodes.js';

/** Whether the value is the data.json of a backup of Cherry Studio. */
export function isCherryStudio(value: JsonObject): boolean {
  return 'localStorage' in value && objectIn(value, 'indexedDB')?.topics !== undefined;
}

/** Reads the data.json of a backup of Cherry Studio: its topics. */
export function cherryStudioConversations(value: JsonObject, omit: OnOmitted): Conversation[] {
  const tables = objectIn(value, 'indexedDB') ?? {};
  const blocks = new Map(objectsIn(tables, 'message_blocks').map((block) => [block.id, block]));
  const titles = titlesIn(textIn(objectIn(value, 'localStorage') ?? {}, 'persist:cherry-studio'));
  return objectsIn(tables, 'topics').map((topic) => {
    const id = textIn(topic, 'id') ?? '';
    const messages = objectsIn(topic, 'messages').filter(({ type }) => type !== 'clear');
    const { nodes, head } = nodesOf(messages, (message) => messageOf(message, blocks, omit));
    return treeOf(nodes, { id, title: titles.get(id), endpoint: 'Cherry Studio', head }, omit);
  });
}

/** Returns the titles of topics by id. They are in `assistants`, which is JSON text within the JSON text of the state. */
function titlesIn(persisted: string | undefined): Map<string, string> {
  const state = parsed(persisted);
  const assistants = objectsIn(parsed(textIn(state, 'assistants')), 'assistants');
  const topics = assistants.flatMap((assistant) => objectsIn(assistant, 'topics'));
  return new Map(topics.map((topic) => [textIn(topic, 'id') ?? '', textIn(topic, 'name') ?? '']));
}

function parsed(text: string | undefined): JsonObject {
  try {
    const value = parseJson(text ?? '');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Answers of several models to one question become branches; the next message follows the selected answer. */
function nodesOf(messages: readonly JsonObject[], message: (of: JsonObject) => JsonObject) {
  const nodes: Node[] = [];
  const questions = new Set<string>();
  let last: { key: string; question: string | undefined; selected: boolean } | undefined;
  for (const one of messages) {
    const key = textIn(one, 'id') ?? String(nodes.length);
    const askId = textIn(one, 'askId');
    const asked = one.role === 'assistant' && askId !== undefined && questions.has(askId) ? askId : undefined;
    nodes.push({ key, parent: asked ?? last?.key ?? null, message: message(one) });
    if (one.role === 'user') questions.add(key);
    if (asked === undefined || last?.question !== asked || !last.selected)
      last = { key, question: asked, selected: one.foldSelected === true };
  }
  return { nodes, head: last?.key };
}

function messageOf(
  message: JsonObject,
  blocks: ReadonlyMap<JsonObject[string] | undefined, JsonObject>,
  omit: OnOmitted,
): JsonObject {
  const { model, modelId, ...rest } = message;
  const parts = listIn(message, 'blocks').flatMap((id) => partsOf(blocks.get(id) ?? {}, omit));
  return {
    ...rest,
    // Older versions have the text in the message itself.
    content: parts.length === 0 ? (message.content ?? '') : parts,
    model: textIn(objectIn(message, 'model') ?? {}, 'id') ?? modelId ?? model ?? null,
  };
}

function partsOf(block: JsonObject, omit: OnOmitted): JsonObject[] {
  const text = textIn(block, 'content') ?? '';
  const file = objectIn(block, 'file');
  const type = textIn(block, 'type') ?? 'unknown';
  switch (type) {
    case 'main_text':
    case 'code':
      return [{ type: 'text', text }];
    case 'thinking':
      return [{ type: 'thinking', thinking: text }];
    case 'image':
      if (block.url !== undefined) return [{ type: 'image_url', image_url: { url: block.url } }];
      return [{ type: 'file', file: { filename: file?.origin_name ?? 'image.png' } }];
    case 'file':
      return [{ type: 'file', file: { filename: file?.origin_name ?? 'file' } }];
    case 'tool': {
      const id = block.id ?? '';
      const { content } = block;
      const call = { type: 'tool_use', id, name: block.toolName ?? '', input: block.arguments ?? {} };
      if (content === undefined) return [call];
      const result = typeof content === 'string' ? content : JSON.stringify(content);
      return [call, { type: 'tool_result', tool_use_id: id, content: result }];
    }
    default:
      omit(`block of the unknown type ${type}`);
      return [];
  }
}
