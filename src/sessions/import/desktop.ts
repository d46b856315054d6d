import { isList, numberIn, objectIn, objectsIn, textIn } from '../json.js';
import type { Json, JsonObject } from '../types.js';
import { joined, timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import { type OnOmitted, systemOf } from './messages.js';
import { type ConversationData, conversationOf, type Node, treeOf } from './nodes.js';

/** Whether the value is a conversation of LM Studio. */
export function isLmStudio(value: JsonObject): boolean {
  const messages = objectsIn(value, 'messages');
  return messages.length > 0 && messages.every((one) => isList(one.versions ?? null));
}

/** Reads a conversation of LM Studio. For each message, it reads the version in use. */
export function lmStudioConversation(value: JsonObject, omit: OnOmitted): Conversation {
  const settings = objectsIn(objectIn(value, 'perChatPredictionConfig') ?? {}, 'fields');
  const own = settings.find(({ key }) => key === 'llm.prediction.systemPrompt') ?? {};
  const prompt = textIn(own, 'value') || textIn(value, 'systemPrompt') || '';
  const messages = objectsIn(value, 'messages').flatMap((message) => {
    const versions = objectsIn(message, 'versions');
    for (const _ of versions.slice(1)) omit('other version of a message');
    const version = versions[numberIn(message, 'currentlySelected') ?? 0] ?? versions[0];
    return version === undefined ? [] : [versionOf(version)];
  });
  const about: ConversationData = {
    id: `${value.createdAt ?? ''}\0${value.name ?? ''}`,
    title: textIn(value, 'name'),
    createdMs: timeIn(value, 'createdAt'),
    endpoint: 'LM Studio',
    model: textIn(objectIn(value, 'lastUsedModel') ?? {}, 'identifier'),
  };
  return conversationOf([...systemOf(prompt), ...messages], about, omit);
}

function versionOf(version: JsonObject): JsonObject {
  const steps = objectsIn(version, 'steps');
  const blocks = steps.length === 0 ? [version] : steps;
  const generated = steps.flatMap((step) => textIn(objectIn(step, 'genInfo') ?? {}, 'identifier') ?? []);
  return {
    role: version.role ?? null,
    content: blocks.flatMap((block) => {
      const thinks = textIn(objectIn(block, 'style') ?? {}, 'type') === 'thinking';
      return objectsIn(block, 'content').map((part) => lmStudioPart(part, thinks));
    }),
    model: generated[0] ?? textIn(objectIn(version, 'senderInfo') ?? {}, 'senderName') ?? null,
  };
}

function lmStudioPart(part: JsonObject, thinks: boolean): JsonObject {
  const id = part.toolCallRequestId ?? String(part.callId ?? part.toolCallId ?? '');
  switch (textIn(part, 'type')) {
    case 'text':
      return thinks ? { type: 'thinking', thinking: part.text ?? '' } : part;
    case 'file':
      return { type: 'file', file: { filename: part.fileIdentifier ?? 'file' } };
    case 'toolCallRequest':
      return { type: 'tool_use', id, name: part.name ?? '', input: part.parameters ?? part.arguments ?? {} };
    case 'toolCallResult':
      return { type: 'tool_result', tool_use_id: id, content: part.content ?? '' };
    default:
      return part;
  }
}

/** Whether the value is a session of Continue. */
export function isContinue(value: JsonObject): boolean {
  return 'sessionId' in value && objectsIn(value, 'history').some((one) => 'message' in one);
}

/** Reads a session of Continue. */
export function continueConversation(value: JsonObject, omit: OnOmitted): Conversation {
  const history = objectsIn(value, 'history');
  const answered = new Set(history.map((item) => objectIn(item, 'message')?.toolCallId));
  let thought = '';
  const messages = history.flatMap((item): JsonObject[] => {
    const message = objectIn(item, 'message') ?? {};
    const parts = continueParts(message.content ?? '');
    if (message.role === 'thinking') {
      thought = joined(thought, parts.map((part) => textIn(part, 'text') ?? '').join(''));
      return [];
    }
    const files = objectsIn(item, 'contextItems').map(({ name, content }) => ({
      type: 'file',
      file: {
        filename: name ?? 'context',
        file_data: `data:text/plain;base64,${Buffer.from(String(content ?? '')).toString('base64')}`,
      },
    }));
    const reasoning = joined(thought, textIn(objectIn(item, 'reasoning') ?? {}, 'text') ?? '');
    const states = [...objectsIn(item, 'toolCallStates'), objectIn(item, 'toolCallState') ?? {}];
    const results = states
      .filter((state) => 'output' in state && !answered.has(state.toolCallId))
      .map((state) => ({
        role: 'tool',
        tool_call_id: state.toolCallId ?? null,
        content: objectsIn(state, 'output')
          .map((output) => textIn(output, 'content') ?? '')
          .join('\n\n'),
      }));
    if (message.role === 'assistant') thought = '';
    const known = {
      ...message,
      content: [...parts, ...files],
      tool_calls: message.toolCalls ?? [],
      tool_call_id: message.toolCallId ?? null,
      ...(message.role === 'assistant' && { reasoning_content: reasoning }),
    };
    return [known, ...results];
  });
  const about = {
    id: textIn(value, 'sessionId') ?? '',
    title: textIn(value, 'title'),
    createdMs: timeIn(value, 'dateCreated'),
    model: textIn(value, 'chatModelTitle'),
    endpoint: 'Continue',
  };
  return conversationOf(messages, about, omit);
}

function continueParts(content: Json): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return objectsIn({ content }, 'content').map((part) =>
    textIn(part, 'type') === 'imageUrl' ? { type: 'image_url', image_url: part.imageUrl ?? '' } : part,
  );
}

/** Whether the value is an export of TypingMind, or a chat in one of the parts of a large export. */
export function isTypingMind(value: JsonObject): boolean {
  return chatsIn(value).length > 0;
}

function chatsIn(value: JsonObject): readonly JsonObject[] {
  return 'chatTitle' in value ? [value] : objectsIn(objectIn(value, 'data') ?? {}, 'chats');
}

/** Reads the chats of an export of TypingMind. */
export function typingMindConversations(value: JsonObject, omit: OnOmitted): Conversation[] {
  return chatsIn(value).map((chat) =>
    conversationOf(
      objectsIn(chat, 'messages'),
      {
        id: textIn(chat, 'id') ?? textIn(chat, 'chatID') ?? JSON.stringify(chat),
        title: textIn(chat, 'chatTitle'),
        createdMs: timeIn(chat, 'createdAt'),
        usedMs: timeIn(chat, 'updatedAt'),
        model: textIn(chat, 'model'),
        endpoint: 'TypingMind',
      },
      omit,
    ),
  );
}

/** Whether the lines are conversations of the interface of llama.cpp's server. */
export function isLlamaCpp(lines: readonly JsonObject[]): boolean {
  return textIn(lines[0] ?? {}, 'type') === 'session' && 'currNode' in (lines[0] ?? {});
}

/** Reads conversations of the interface of llama.cpp's server: a line with the conversation, then one a message. */
export function llamaCppConversations(lines: readonly JsonObject[], omit: OnOmitted): Conversation[] {
  const found: { about: JsonObject; messages: JsonObject[] }[] = [];
  for (const line of lines) {
    if (textIn(line, 'type') === 'session') found.push({ about: line, messages: [] });
    else found.at(-1)?.messages.push(objectIn(line, 'message') ?? {});
  }
  return found.map(({ about, messages }) => {
    const nodes = messages.map((message, index): Node => {
      const parent = textIn(message, 'parent') ?? null;
      const { extra: _, reasoningContent, ...rest } = message;
      const files = objectsIn(message, 'extra');
      for (const file of files) if (textIn(file, 'type') !== 'IMAGE') omit(`file of the type ${file.type}`);
      const images = files
        .filter((file) => textIn(file, 'type') === 'IMAGE')
        .map((file) => ({ type: 'image_url', image_url: { url: file.base64Url ?? '' } }));
      const content = [{ type: 'text', text: textIn(message, 'content') ?? '' }, ...images];
      // The root of the tree has neither role nor text.
      const isRoot = textIn(message, 'type') === 'root';
      const known = { ...rest, content, ...(reasoningContent && { reasoning_content: reasoningContent }) };
      return {
        key: textIn(message, 'id') ?? String(index),
        parent,
        message: isRoot ? undefined : known,
      };
    });
    return treeOf(
      nodes,
      {
        id: textIn(about, 'id') ?? '',
        title: textIn(about, 'name'),
        usedMs: timeIn(about, 'lastModified'),
        endpoint: 'llama.cpp',
        head: textIn(about, 'currNode'),
      },
      omit,
    );
  });
}
