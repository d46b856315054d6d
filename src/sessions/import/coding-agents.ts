import { beginningOf } from '../../common/text/beginning.js';
import { isList, objectIn, textIn } from '../json.js';
import type { Json, JsonObject } from '../types.js';
import { timeIn } from './content.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { conversationOf, type Node, treeOf } from './nodes.js';
import { messagesOfItems } from './response-items.js';

/** Whether the lines are a session of Claude Code. */
export function isClaudeCode(lines: readonly JsonObject[]): boolean {
  return lines.some((line) => 'sessionId' in line && 'parentUuid' in line && isTurn(line));
}

function isTurn(line: JsonObject): boolean {
  const type = textIn(line, 'type');
  return (type === 'user' || type === 'assistant') && objectIn(line, 'message') !== undefined;
}

/**
 * Reads a session of Claude Code. Each line is a message or a part of an answer. Other lines, e.g. notices of the program,
 * only connect messages.
 */
export function claudeCodeConversation(lines: readonly JsonObject[], omit: OnOmitted): Conversation {
  const nodes = new Map<string, Node>();
  /** The key of the node that collects an answer's parts, by the answer's id. */
  const answers = new Map<string, string>();
  /** The key of that node, by the keys of the lines with the other parts. */
  const names = new Map<string, string>();
  for (const line of lines) {
    const key = textIn(line, 'uuid');
    if (key === undefined) continue;
    if (line.isSidechain === true) {
      omit('message of a subagent');
      continue;
    }
    const above = textIn(line, 'parentUuid') ?? textIn(line, 'logicalParentUuid');
    const parent = above === undefined ? null : (names.get(above) ?? above);
    const message = isTurn(line) ? objectIn(line, 'message') : undefined;
    const id = textIn(message ?? {}, 'id');
    const begun = id === undefined ? undefined : nodes.get(answers.get(id) ?? '');
    if (begun?.message !== undefined && begun.key === parent) {
      begun.message = { ...begun.message, content: [...parts(begun.message), ...parts(message ?? {})] };
      names.set(key, begun.key);
      continue;
    }
    const timed = message && { ...message, timestamp: line.timestamp ?? null };
    nodes.set(key, { key, parent, message: timed });
    if (id !== undefined) answers.set(id, key);
  }
  const [first] = lines.filter(isTurn);
  const title = lines.map((line) => textIn(line, 'summary')).find((summary) => summary !== undefined);
  return treeOf(
    [...nodes.values()],
    {
      id: textIn(first ?? {}, 'sessionId') ?? '',
      title,
      createdMs: timeIn(first ?? {}, 'timestamp'),
      endpoint: 'Claude Code',
    },
    omit,
  );
}

function parts(message: JsonObject): readonly Json[] {
  const content = message.content ?? '';
  return isList(content) ? content : [content];
}

/** Whether the lines are a session of the Codex CLI. */
export function isCodex(lines: readonly JsonObject[]): boolean {
  return lines.some((line) => 'payload' in line && textIn(line, 'type') === 'session_meta');
}

/** Reads a session of the Codex CLI, whose items are those of the Responses API. */
export function codexConversation(lines: readonly JsonObject[], omit: OnOmitted): Conversation {
  const payloads = (type: string): JsonObject[] =>
    lines.filter((line) => textIn(line, 'type') === type).map((line) => objectIn(line, 'payload') ?? {});
  const [meta = {}] = payloads('session_meta');
  const [context = {}] = payloads('turn_context');
  // Codex itself writes the first message of the user, about the folder. So the title comes from the first event of the
  // user.
  const firstQuestion = payloads('event_msg').find((event) => textIn(event, 'type') === 'user_message');
  for (const _ of payloads('compacted')) omit('summary of earlier messages');
  return conversationOf(
    messagesOfItems(payloads('response_item'), omit),
    {
      id: textIn(meta, 'id') ?? JSON.stringify(meta),
      title: beginningOf(
        textIn(firstQuestion ?? {}, 'message')
          ?.trim()
          .split('\n', 1)[0] ?? '',
        80,
      ),
      createdMs: timeIn(meta, 'timestamp') ?? timeIn(lines[0] ?? {}, 'timestamp'),
      usedMs: timeIn(lines.at(-1) ?? {}, 'timestamp'),
      model: textIn(context, 'model'),
      endpoint: textIn(meta, 'model_provider') ?? 'Codex',
    },
    omit,
  );
}
