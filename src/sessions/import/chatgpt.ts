import type { Attachment } from '../../common/chat/attachments.js';
import { isObject, listIn, numberIn, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject, MessageStatus } from '../types.js';
import { argumentsOf, joined, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';
import { fileNamed } from './files.js';

/** Whether the value is a conversation of ChatGPT's `conversations.json`. Some exports have one without messages. */
export function isChatGpt(value: JsonObject): boolean {
  return objectIn(value, 'mapping') !== undefined || ('conversation_id' in value && 'create_time' in value);
}

/**
 * Reads a conversation of ChatGPT's export. Its messages form a tree, `mapping`, and `current_node` is the end of the
 * current branch. The export has separate messages with reasoning, which belong to the next answer.
 */
export function chatGptConversation(conversation: JsonObject, omit: (what: string) => void): Conversation {
  const nodes = objectIn(conversation, 'mapping') ?? {};
  if (!('mapping' in conversation)) omit('conversation without messages');
  const nodeOf = (key: string | undefined): JsonObject | undefined =>
    key === undefined ? undefined : objectIn(nodes, key);
  const parts = new Map(Object.keys(nodes).map((key) => [key, partOf(nodeOf(key), omit)]));
  /** Returns the nearest ancestor that is imported, and the reasoning of the messages between. */
  const above = (key: string): { parent: string | null; reasoning: string } => {
    let reasoning = '';
    const passed = new Set<string>();
    for (let at = textIn(nodeOf(key) ?? {}, 'parent'); at !== undefined && !passed.has(at); ) {
      passed.add(at);
      const part = parts.get(at);
      if (part?.kind === 'message') return { parent: at, reasoning };
      if (part?.kind === 'reasoning') reasoning = joined(part.text, reasoning);
      at = textIn(nodeOf(at) ?? {}, 'parent');
    }
    return { parent: null, reasoning };
  };
  const drafts: Draft[] = [];
  for (const [key, part] of parts) {
    if (part.kind !== 'message') continue;
    const { parent, reasoning } = above(key);
    const called = parent === null ? undefined : parts.get(parent);
    const { role } = part.draft;
    drafts.push({
      ...part.draft,
      key,
      parent,
      ...(role === 'assistant' && { reasoning: joined(reasoning, part.draft.reasoning ?? '') }),
      ...(role === 'tool' && called?.kind === 'message' && called.draft.toolCalls && { toolCallId: parent }),
    });
  }
  const current = textIn(conversation, 'current_node');
  const head =
    current !== undefined && parts.get(current)?.kind !== 'message' ? above(current).parent : current;
  return {
    id:
      textIn(conversation, 'conversation_id') ??
      textIn(conversation, 'id') ??
      JSON.stringify(conversation.title),
    title: textIn(conversation, 'title'),
    createdMs: timeIn(conversation, 'create_time'),
    usedMs: timeIn(conversation, 'update_time'),
    drafts,
    head: head ?? undefined,
  };
}

type Part =
  | { kind: 'nothing' }
  | { kind: 'reasoning'; text: string }
  | { kind: 'message'; draft: Omit<Draft, 'key' | 'parent'> };

function partOf(node: JsonObject | undefined, omit: (what: string) => void): Part {
  const message = objectIn(node ?? {}, 'message');
  if (node === undefined || message === undefined) return { kind: 'nothing' };
  const role = textIn(objectIn(message, 'author') ?? {}, 'role');
  const content = objectIn(message, 'content') ?? {};
  const { text, reasoning = '', attachments = [] } = contentOf(content, omit);
  const atMs = timeIn(message, 'create_time');
  const files = [...attachments, ...attachedTo(message, attachments)];
  const draft = { text, attachments: files, ...(atMs !== undefined && { atMs }) };
  if (role === 'system' || role === 'user' || role === 'tool') {
    const empty = text === '' && files.length === 0;
    return empty ? { kind: 'nothing' } : { kind: 'message', draft: { ...draft, role } };
  }
  if (role !== 'assistant') return { kind: 'nothing' };
  const recipient = textIn(message, 'recipient') ?? 'all';
  if (reasoning !== '' && listIn(node, 'children').length > 0) return { kind: 'reasoning', text: reasoning };
  if (text === '' && reasoning === '' && files.length === 0) return { kind: 'nothing' };
  const called = recipient !== 'all' && {
    text: '',
    toolCalls: [
      {
        id: textIn(message, 'id') ?? textIn(node, 'id') ?? '',
        name: recipient,
        arguments: argumentsOf(text),
      },
    ],
  };
  const model = textIn(objectIn(message, 'metadata') ?? {}, 'model_slug') ?? null;
  return {
    kind: 'message',
    draft: { ...draft, ...called, role, reasoning, endpoint: 'ChatGPT', model, ...endingOf(message) },
  };
}

function endingOf(message: JsonObject): { status: MessageStatus; finishReason: string | null } {
  const details = objectIn(objectIn(message, 'metadata') ?? {}, 'finish_details') ?? {};
  const finishReason = textIn(details, 'type') ?? null;
  if (textIn(message, 'status') === 'in_progress') return { status: 'interrupted', finishReason };
  if (finishReason === 'max_tokens') return { status: 'truncated', finishReason };
  return { status: finishReason === 'interrupted' ? 'cancelled' : 'complete', finishReason };
}

interface Content {
  text: string;
  reasoning?: string;
  attachments?: Attachment[];
}

function contentOf(content: JsonObject, omit: (what: string) => void): Content {
  const type = textIn(content, 'content_type') ?? 'text';
  switch (type) {
    case 'text':
    case 'multimodal_text':
      return partsOf(content, omit);
    case 'thoughts': {
      const thoughts = objectsIn(content, 'thoughts').map((thought) =>
        joined(textIn(thought, 'summary') ?? '', textIn(thought, 'content') ?? ''),
      );
      return { text: '', reasoning: thoughts.reduce(joined, '') };
    }
    case 'reasoning_recap':
      return { text: '' };
    case 'user_editable_context':
      return {
        text: joined(textIn(content, 'user_profile') ?? '', textIn(content, 'user_instructions') ?? ''),
      };
    case 'model_editable_context':
      return { text: textIn(content, 'model_set_context') ?? '' };
    case 'tether_quote':
      return {
        text: joined(textIn(content, 'title') ?? textIn(content, 'url') ?? '', textIn(content, 'text') ?? ''),
      };
    case 'tether_browsing_display':
      return { text: textIn(content, 'result') ?? textIn(content, 'summary') ?? '' };
    default: {
      // For example code, a program's output, a system error, a web page.
      const text = textIn(content, 'text') ?? textIn(content, 'result') ?? partsOf(content, omit).text;
      if (text === '') omit(`message with content of the type ${type}`);
      return { text };
    }
  }
}

function partsOf(content: JsonObject, omit: (what: string) => void): Content {
  const texts: string[] = [];
  const attachments: Attachment[] = [];
  for (const part of listIn(content, 'parts')) {
    if (typeof part === 'string') texts.push(part);
    if (!isObject(part)) continue;
    const text = textIn(part, 'text');
    const pointer = textIn(part, 'asset_pointer');
    if (text !== undefined) texts.push(text);
    else if (pointer !== undefined) attachments.push(assetOf(part, pointer));
    else omit(`part of the type ${textIn(part, 'content_type') ?? 'unknown'}`);
  }
  return { text: texts.filter((text) => text !== '').join('\n'), attachments };
}

/** Returns an attachment for an `asset_pointer`, which names a file in the export's folder. */
function assetOf(part: JsonObject, pointer: string): Attachment {
  const type = textIn(part, 'content_type')?.startsWith('audio')
    ? `audio/${textIn(part, 'format') ?? 'wav'}`
    : 'image/png';
  return { ...fileNamed(idOf(pointer), type, numberIn(part, 'size_bytes') ?? null), url: pointer };
}

/** Returns the uploads of a message that are not among its parts. Uploads among the parts get their name. */
function attachedTo(message: JsonObject, assets: Attachment[]): Attachment[] {
  const uploads = objectsIn(objectIn(message, 'metadata') ?? {}, 'attachments');
  return uploads.flatMap((upload) => {
    const [id, name] = [textIn(upload, 'id') ?? '', textIn(upload, 'name') ?? ''];
    const type = textIn(upload, 'mime_type') ?? textIn(upload, 'mimeType');
    const known = assets.find((asset) => asset.name === id);
    if (known === undefined) return [fileNamed(name || id, type, numberIn(upload, 'size') ?? null)];
    Object.assign(known, { name: name || id, ...(type !== undefined && { type }) });
    return [];
  });
}

function idOf(pointer: string): string {
  return pointer.replace(/^[a-z-]+:\/\//, '').replace(/[?#].*$/, '');
}
