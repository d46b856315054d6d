import { isList, numberIn, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import { systemOf, type TellOmitted } from './messages.js';
import { type About, conversationOf, type Node, treeOf } from './nodes.js';

/** Whether the value is a conversation of LM Studio. */
export function isLmStudio(value: JsonObject): boolean {
  const messages = objectsIn(value, 'messages');
  return messages.length > 0 && messages.every((one) => isList(one.versions ?? null));
}

/** Reads a conversation of LM Studio: of each message the version in use. */
export function lmStudioConversation(value: JsonObject, omit: TellOmitted): Conversation {
  const prompt = textIn(value, 'systemPrompt') ?? '';
  const messages = objectsIn(value, 'messages').flatMap((message) => {
    const versions = objectsIn(message, 'versions');
    for (const _ of versions.slice(1)) omit('other version of a message');
    const version = versions[numberIn(message, 'currentlySelected') ?? 0] ?? versions[0];
    return version === undefined ? [] : [versionOf(version)];
  });
  const about: About = {
    id: `${value.createdAt ?? ''}\0${value.name ?? ''}`,
    title: textIn(value, 'name'),
    createdMs: numberIn(value, 'createdAt'),
    endpoint: 'LM Studio',
  };
  return conversationOf([...systemOf(prompt), ...messages], about, omit);
}

function versionOf(version: JsonObject): JsonObject {
  const steps = objectsIn(version, 'steps');
  const content =
    steps.length === 0 ? (version.content ?? []) : steps.flatMap((step) => objectsIn(step, 'content'));
  const model = textIn(objectIn(version, 'senderInfo') ?? {}, 'senderName') ?? null;
  return { role: version.role ?? null, content, model };
}

/** Whether the value is a session of Continue. */
export function isContinue(value: JsonObject): boolean {
  return 'sessionId' in value && objectsIn(value, 'history').some((one) => 'message' in one);
}

/** Reads a session of Continue. */
export function continueConversation(value: JsonObject, omit: TellOmitted): Conversation {
  const messages = objectsIn(value, 'history').map((one) => objectIn(one, 'message') ?? {});
  const about = {
    id: textIn(value, 'sessionId') ?? '',
    title: textIn(value, 'title'),
    createdMs: timeIn(value, 'dateCreated'),
    endpoint: 'Continue',
  };
  return conversationOf(messages, about, omit);
}

/** Whether the value is an export of TypingMind. */
export function isTypingMind(value: JsonObject): boolean {
  return objectsIn(objectIn(value, 'data') ?? {}, 'chats').length > 0;
}

/** Reads the chats of an export of TypingMind. */
export function typingMindConversations(value: JsonObject, omit: TellOmitted): Conversation[] {
  return objectsIn(objectIn(value, 'data') ?? {}, 'chats').map((chat) =>
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
export function llamaCppConversations(lines: readonly JsonObject[], omit: TellOmitted): Conversation[] {
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
        usedMs: numberIn(about, 'lastModified'),
        endpoint: 'llama.cpp',
        head: textIn(about, 'currNode'),
      },
      omit,
    );
  });
}
