import { isList, isObject, listIn, objectIn, objectsIn, textIn } from '../json.js';
import type { Json, JsonObject } from '../types.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { type Node, treeOf } from './nodes.js';

/** Older versions have a list of all sessions; newer versions have a member for each session. */
const OLD_SESSIONS = 'chat-sessions';
const SESSION = /^session:/;

/** Whether the value is an export of Chatbox. */
export function isChatbox(value: JsonObject): boolean {
  return sessionsIn(value).length > 0;
}

function sessionsIn(value: JsonObject): JsonObject[] {
  const members = Object.keys(value).flatMap((name) => (SESSION.test(name) ? [objectIn(value, name)] : []));
  const byId = new Map<string, JsonObject>();
  for (const session of [...objectsIn(value, OLD_SESSIONS), ...members])
    if (session !== undefined && 'messages' in session) byId.set(textIn(session, 'id') ?? '', session);
  return [...byId.values()];
}

/** Reads an export of Chatbox: its sessions, and their earlier threads, as conversations. */
export function chatboxConversations(value: JsonObject, omit: OnOmitted): Conversation[] {
  return sessionsIn(value).flatMap((session) => {
    const id = textIn(session, 'id') ?? '';
    const forks = objectIn(session, 'messageForksHash') ?? {};
    const title = textIn(session, 'name');
    const model = textIn(objectIn(session, 'settings') ?? {}, 'modelId');
    const read = (key: string, name: string | undefined, messages: readonly JsonObject[]): Conversation => {
      const nodes = withForks(messages, forks);
      const head = nodes.findLast(({ key }) => key === textIn(messages.at(-1) ?? {}, 'id'))?.key;
      return treeOf(nodes, { id: key, title: name, model, endpoint: 'Chatbox', head }, omit);
    };
    const threads = objectsIn(session, 'threads').map((thread) =>
      read(`${id}/${textIn(thread, 'id') ?? ''}`, textIn(thread, 'name'), objectsIn(thread, 'messages')),
    );
    return [...threads, read(id, title, objectsIn(session, 'messages'))];
  });
}

/** Returns messages as nodes, with the branches that begin after them. */
function withForks(messages: readonly JsonObject[], forks: JsonObject, parent: string | null = null): Node[] {
  const nodes: Node[] = [];
  let last = parent;
  for (const message of messages) {
    const key = textIn(message, 'id') ?? `${parent ?? ''}/${nodes.length}`;
    nodes.push({ key, parent: last, message: messageOf(message) });
    last = key;
    const { [key]: _, ...others } = forks;
    for (const branch of objectsIn(objectIn(forks, key) ?? {}, 'lists'))
      nodes.push(...withForks(objectsIn(branch, 'messages'), others, key));
  }
  return nodes;
}

function messageOf(message: JsonObject): JsonObject {
  const { contentParts, content, reasoningContent, ...rest } = message;
  const files = objectsIn(message, 'files').map(({ name }) => fileNamed(name));
  const pictures = objectsIn(message, 'pictures').map(({ url, storageKey }) =>
    url === undefined ? fileNamed(storageKey) : { type: 'image_url', image_url: { url } },
  );
  const parts = isList(contentParts ?? null)
    ? listIn(message, 'contentParts').flatMap((part) => (isObject(part) ? partsOf(part) : []))
    : [{ type: 'text', text: content ?? '' }];
  return {
    ...rest,
    content: [...parts, ...files, ...pictures],
    ...(reasoningContent && { reasoning_content: reasoningContent }),
  };
}

function partsOf(part: JsonObject): JsonObject[] {
  switch (textIn(part, 'type')) {
    case 'image':
      return [fileNamed(part.storageKey)];
    case 'tool-call': {
      const id = part.toolCallId ?? '';
      const call = { type: 'tool_use', id, name: part.toolName ?? '', input: part.args ?? {} };
      const { result } = part;
      if (result === undefined) return [call];
      const content = typeof result === 'string' ? result : JSON.stringify(result);
      return [call, { type: 'tool_result', tool_use_id: id, content }];
    }
    default:
      return [part];
  }
}

/** Returns the message part for a file. The export has only its name, not its content. */
function fileNamed(filename: Json | undefined): JsonObject {
  return { type: 'file', file: { filename: filename ?? 'file' } };
}
