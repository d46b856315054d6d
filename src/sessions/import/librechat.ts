import { isList, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { textOf, timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import { type OnOmitted, systemOf } from './messages.js';
import { type Node, treeOf } from './nodes.js';

/** Whether the value is a conversation of LibreChat's export. */
export function isLibreChat(value: JsonObject): boolean {
  return 'conversationId' in value && objectsIn(value, 'messages').some((one) => 'isCreatedByUser' in one);
}

/** Reads a conversation of LibreChat's export. Messages either name their parent or contain their children. */
export function libreChatConversation(value: JsonObject, omit: OnOmitted): Conversation {
  const options = objectIn(value, 'options') ?? {};
  const system = systemOf(textIn(options, 'promptPrefix') ?? '').map(
    (message): Node => ({ key: 'system', parent: null, message }),
  );
  const all = [...withChildren(objectsIn(value, 'messages'))];
  const keys = new Set(all.map((message) => textIn(message, 'messageId')));
  const nodes = all.map((message, index): Node => {
    const parent = textIn(message, 'parentMessageId');
    const known = parent !== undefined && keys.has(parent);
    return {
      key: textIn(message, 'messageId') ?? String(index),
      parent: known ? parent : (system[0]?.key ?? null),
      message: messageOf(message),
    };
  });
  return treeOf(
    [...system, ...nodes],
    {
      id: textIn(value, 'conversationId') ?? '',
      title: textIn(value, 'title'),
      createdMs: timeIn(all[0] ?? {}, 'createdAt'),
      endpoint: textIn(value, 'endpoint') ?? 'LibreChat',
      model: textIn(options, 'model'),
    },
    omit,
  );
}

function* withChildren(messages: readonly JsonObject[]): Generator<JsonObject> {
  const waiting = [...messages].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...[...objectsIn(next, 'children')].reverse());
  }
}

function messageOf(message: JsonObject): JsonObject {
  const content = isList(message.content ?? null)
    ? objectsIn(message, 'content').flatMap(partsOf)
    : (textIn(message, 'text') ?? '');
  return {
    role: message.isCreatedByUser === true ? 'user' : 'assistant',
    content: [
      ...(typeof content === 'string' ? [{ type: 'text', text: content }] : content),
      ...objectsIn(message, 'files').map((file) => ({ type: 'file', file })),
    ],
    ...('createdAt' in message && { timestamp: message.createdAt ?? null }),
    ...(message.isCreatedByUser !== true && { model: message.model ?? null }),
  };
}

function partsOf(part: JsonObject): JsonObject[] {
  switch (textIn(part, 'type')) {
    case 'think':
      return [{ type: 'thinking', thinking: textOf(part, 'think') ?? '' }];
    case 'tool_call': {
      const call = objectIn(part, 'tool_call') ?? {};
      const id = textIn(call, 'id') ?? '';
      return [
        { type: 'tool_use', id, name: call.name ?? '', input: call.args ?? {} },
        ...('output' in call ? [{ type: 'tool_result', tool_use_id: id, content: call.output ?? '' }] : []),
      ];
    }
    default:
      return [part];
  }
}
