import { textIn } from '../json.js';
import type { Json, JsonObject, Role } from '../types.js';
import { callsOf, joined, piecesOf, timeIn } from './content.js';
import type { Draft } from './conversation.js';

/** Called with a description of each skipped part. */
export type OnOmitted = (what: string) => void;

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

/** Returns the system prompt as a message; none for an empty one. */
export function systemOf(prompt: Json): JsonObject[] {
  return prompt === '' ? [] : [{ role: 'system', content: prompt }];
}

/** Returns a message in the format of chat APIs. Tool results in it become separate messages. */
export function draftsOf(message: JsonObject, omit: OnOmitted): Omit<Draft, 'key' | 'parent'>[] {
  const given = ROLES[textIn(message, 'role') ?? ''];
  if (given === undefined) {
    omit(`message of the role ${textIn(message, 'role')}`);
    return [];
  }
  const pieces = piecesOf(message.content ?? '', (type) => omit(`part of the type ${type}`));
  const atMs = timeIn(message, 'created_at', 'createdAt', 'timestamp', 'create_time');
  const drafts = pieces.map(({ resultOf, ...piece }) => ({
    ...piece,
    role: resultOf === undefined ? given : ('tool' as const),
    ...(resultOf !== undefined && { toolCallId: resultOf }),
    ...(atMs !== undefined && { atMs }),
  }));
  if (given === 'tool')
    return (drafts.length > 0 ? drafts : [{ text: '' }]).map((draft) => ({
      ...draft,
      role: given,
      toolCallId: textIn(message, 'tool_call_id') ?? textIn(message, 'name') ?? null,
    }));
  if (given !== 'assistant')
    return drafts.filter(
      ({ role, text, attachments }) => role === 'tool' || text !== '' || attachments.length > 0,
    );
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
