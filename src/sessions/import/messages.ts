import { textIn } from '../json.js';
import type { JsonObject, Role } from '../types.js';
import { callsOf, joined, piecesOf, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';

/** Called with a description of each skipped part. */
export type TellOmitted = (what: string) => void;

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Whether the value is a message in the format of chat APIs. */
export function isMessage(value: JsonObject): boolean {
  const role = textIn(value, 'role');
  return role !== undefined && role in ROLES && ('content' in value || 'tool_calls' in value);
}

/** Returns a conversation of messages in the format of chat APIs, one after the other. */
export function conversationOf(
  messages: readonly JsonObject[],
  about: {
    id: string;
    title?: string | undefined;
    model?: string | undefined;
    endpoint?: string | undefined;
  },
  omit: TellOmitted,
): Conversation {
  const drafts: Draft[] = [];
  for (const message of messages) {
    for (const draft of draftsOf(message, omit)) {
      const key = String(drafts.length);
      const answered = draft.role === 'assistant' && {
        model: draft.model ?? about.model ?? null,
        endpoint: about.endpoint ?? null,
      };
      drafts.push({ ...draft, ...answered, key, parent: drafts.at(-1)?.key ?? null });
    }
  }
  return { id: about.id, title: about.title, drafts };
}

function draftsOf(message: JsonObject, omit: TellOmitted): Omit<Draft, 'key' | 'parent'>[] {
  const given = ROLES[textIn(message, 'role') ?? ''];
  if (given === undefined) {
    omit(`message of the role ${textIn(message, 'role')}`);
    return [];
  }
  const pieces = piecesOf(message.content ?? '', (type) => omit(`part of the type ${type}`));
  const atMs = timeIn(message, 'created_at', 'timestamp', 'create_time');
  const drafts = pieces.map(({ resultOf, ...piece }) => ({
    ...piece,
    role: resultOf === undefined ? given : ('tool' as const),
    ...(resultOf !== undefined && { toolCallId: resultOf }),
    ...(atMs !== undefined && { atMs }),
  }));
  if (given === 'tool')
    return drafts.map((draft) => ({
      ...draft,
      toolCallId: textIn(message, 'tool_call_id') ?? textIn(message, 'name') ?? null,
    }));
  if (given !== 'assistant')
    return drafts.filter(({ text, attachments }) => text !== '' || attachments.length > 0);
  const [
    first = { role: given, text: '', reasoning: '', refusal: '', toolCalls: [], attachments: [] },
    ...rest
  ] = drafts;
  const reasoning = textIn(message, 'reasoning_content') ?? textIn(message, 'reasoning') ?? '';
  const answer = {
    ...first,
    reasoning: joined(reasoning, first.reasoning),
    refusal: joined(textIn(message, 'refusal') ?? '', first.refusal),
    toolCalls: [...first.toolCalls, ...callsOf(message)],
    model: textIn(message, 'model') ?? null,
  };
  return [answer, ...rest];
}
