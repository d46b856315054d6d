import { textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { aichatConversation, isAichat } from './aichat.js';
import { chatboxConversations, isChatbox } from './chatbox.js';
import { chatGptConversation, isChatGpt } from './chatgpt.js';
import { cherryStudioConversations, isCherryStudio } from './cherry-studio.js';
import { claudeConversation, isClaude } from './claude.js';
import { claudeCodeConversation, codexConversation, isClaudeCode, isCodex } from './coding-agents.js';
import type { Conversation } from './conversation.js';
import { deepSeekConversation, isDeepSeek } from './deepseek.js';
import {
  continueConversation,
  isContinue,
  isLlamaCpp,
  isLmStudio,
  isTypingMind,
  llamaCppConversations,
  lmStudioConversation,
  typingMindConversations,
} from './desktop.js';
import { isLibreChat, libreChatConversation } from './librechat.js';
import { isMessage, type OnOmitted } from './messages.js';
import { conversationOf } from './nodes.js';
import { isOpenWebUi, openWebUiConversation } from './open-webui.js';
import { isOpencode, opencodeConversation } from './opencode.js';
import { hasMessages, messagesOf } from './requests.js';

/** A format of conversations. */
export interface Kind {
  format: string;
  /** Recognises the format by one value, or by all of them when they differ. */
  by: { each: (value: JsonObject) => boolean } | { all: (values: readonly JsonObject[]) => boolean };
  conversations: (values: readonly JsonObject[], omit: OnOmitted, name?: string) => Conversation[];
}

/** Returns a format in which each value is a conversation. */
function each(
  format: string,
  is: (value: JsonObject) => boolean,
  conversation: (value: JsonObject, omit: OnOmitted, name?: string) => Conversation,
): Kind {
  return {
    format,
    by: { each: is },
    conversations: (values, omit, name) => values.map((value) => conversation(value, omit, name)),
  };
}

/** Returns a format in which each value has conversations. */
function several(
  format: string,
  is: (value: JsonObject) => boolean,
  conversations: (value: JsonObject, omit: OnOmitted) => Conversation[],
): Kind {
  return {
    format,
    by: { each: is },
    conversations: (values, omit) => values.flatMap((value) => conversations(value, omit)),
  };
}

/** Returns a format in which all values together are conversations. */
function together(
  format: string,
  is: (values: readonly JsonObject[]) => boolean,
  conversations: Kind['conversations'],
): Kind {
  return { format, by: { all: is }, conversations };
}

/** The one format in YAML. */
export const AICHAT = each('a session of aichat', isAichat, (value, omit, name) =>
  aichatConversation(value, name, omit),
);

/** The formats in JSON and JSON Lines, those with more members first. */
export const KINDS: readonly Kind[] = [
  each('an export of DeepSeek', isDeepSeek, deepSeekConversation),
  each('an export of ChatGPT', isChatGpt, chatGptConversation),
  each('an export of Claude', isClaude, claudeConversation),
  each('an export of Open WebUI', isOpenWebUi, openWebUiConversation),
  each('an export of LibreChat', isLibreChat, libreChatConversation),
  each('a conversation of LM Studio', isLmStudio, lmStudioConversation),
  each('a session of Continue', isContinue, continueConversation),
  each('a session of opencode', isOpencode, opencodeConversation),
  several('an export of TypingMind', isTypingMind, typingMindConversations),
  several('a backup of Cherry Studio', isCherryStudio, cherryStudioConversations),
  several('an export of Chatbox', isChatbox, chatboxConversations),
  together('an export of llama.cpp', isLlamaCpp, llamaCppConversations),
  together('a session of Claude Code', isClaudeCode, (lines, omit) => [claudeCodeConversation(lines, omit)]),
  together('a session of Codex', isCodex, (lines, omit) => [codexConversation(lines, omit)]),
  {
    format: 'messages',
    by: { each: isMessage },
    conversations: (values, omit) => [conversationOf(values, { id: JSON.stringify(values) }, omit)],
  },
  each('conversations of messages', hasMessages, (value, omit) => {
    const about = {
      id: JSON.stringify(value),
      title: textIn(value, 'title'),
      model: textIn(value, 'model'),
    };
    return conversationOf(messagesOf(value, omit), about, omit);
  }),
];
