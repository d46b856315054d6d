import type { Attachment } from '../../common/chat/attachments.js';
import { numberIn, objectsIn, textIn } from '../json.js';
import type { JsonObject, Role } from '../types.js';
import { piecesOf, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';
import { fileNamed, fileWith, typeOfName } from './files.js';

/** Whether the value is a conversation of Claude's `conversations.json`. */
export function isClaude(value: JsonObject): boolean {
  return Array.isArray(value.chat_messages);
}

/**
 * Reads a conversation of Claude's export, where tool results are part of the answer. Each result becomes a separate
 * message, and the text after it becomes another answer.
 */
export function claudeConversation(conversation: JsonObject, omit: (what: string) => void): Conversation {
  const drafts: Draft[] = [];
  /** The last draft of each message, by its key in the export. */
  const ends = new Map<string, string>();
  let last: string | null = null;
  for (const message of objectsIn(conversation, 'chat_messages')) {
    const key = textIn(message, 'uuid') ?? String(drafts.length);
    const follows = textIn(message, 'parent_message_uuid');
    // Messages without a parent follow one another. The first message's parent does not exist.
    let parent: string | null = follows === undefined ? last : (ends.get(follows) ?? null);
    for (const [index, draft] of draftsOf(message, omit).entries()) {
      const own = index === 0 ? key : `${key}#${index}`;
      drafts.push({ ...draft, key: own, parent });
      parent = own;
    }
    if (parent !== null) ends.set(key, parent);
    last = parent;
  }
  const leaf = textIn(conversation, 'current_leaf_message_uuid');
  return {
    id: textIn(conversation, 'uuid') ?? textIn(conversation, 'name') ?? '',
    title: textIn(conversation, 'name'),
    createdMs: timeIn(conversation, 'created_at'),
    usedMs: timeIn(conversation, 'updated_at'),
    drafts,
    head: (leaf === undefined ? undefined : ends.get(leaf)) ?? last ?? undefined,
  };
}

function draftsOf(message: JsonObject, omit: (what: string) => void): Omit<Draft, 'key' | 'parent'>[] {
  const sender = textIn(message, 'sender') ?? textIn(message, 'role');
  const role: Role = sender === 'assistant' ? 'assistant' : 'user';
  const blocks = objectsIn(message, 'content');
  const known = blocks.length > 0 ? blocks : [{ type: 'text', text: textIn(message, 'text') ?? '' }];
  const pieces = piecesOf(withIds(known), (type) => omit(`block of the unknown type ${type}`));
  const atMs = timeIn(message, 'created_at');
  const [first, ...rest] = pieces.map(
    ({ resultOf, ...piece }): Omit<Draft, 'key' | 'parent'> => ({
      ...piece,
      role: resultOf === undefined ? role : 'tool',
      ...(resultOf !== undefined && { toolCallId: resultOf }),
      ...(resultOf === undefined && role === 'assistant' && { endpoint: 'Claude' }),
      ...(atMs !== undefined && { atMs }),
    }),
  );
  if (first === undefined) return [];
  return [{ ...first, attachments: [...(first.attachments ?? []), ...filesOf(message)] }, ...rest];
}

/** Adds missing ids. Calls and results without ids belong together in their order. */
function withIds(blocks: readonly JsonObject[]): JsonObject[] {
  let calls = 0;
  let results = 0;
  return blocks.map((block) => {
    if (block.type === 'tool_use') {
      calls += 1;
      return { ...block, id: textIn(block, 'id') ?? `call_${calls}` };
    }
    if (block.type === 'tool_result') {
      results += 1;
      return { ...block, tool_use_id: textIn(block, 'tool_use_id') ?? `call_${results}` };
    }
    return block;
  });
}

function filesOf(message: JsonObject): Attachment[] {
  const read = objectsIn(message, 'attachments').map((attachment) => {
    const name = textIn(attachment, 'file_name') || 'attachment.txt';
    const content = textIn(attachment, 'extracted_content');
    // The export contains only the document's text.
    if (content !== undefined) return fileWith(Buffer.from(content).toString('base64'), 'text/plain', name);
    return fileNamed(name, typeOfName(name), numberIn(attachment, 'file_size') ?? null);
  });
  return [
    ...read,
    ...objectsIn(message, 'files').map((file) =>
      fileNamed(textIn(file, 'file_name') ?? textIn(file, 'filename') ?? 'file'),
    ),
  ];
}
