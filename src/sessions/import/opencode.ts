import { numberIn, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject, MessageStatus } from '../types.js';
import { argumentsOf, joined, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';
import { fileAt } from './files.js';

/** Whether the value was written by `opencode export`. */
export function isOpencode(value: JsonObject): boolean {
  const [first] = objectsIn(value, 'messages');
  return objectIn(value, 'info') !== undefined && (first === undefined || Array.isArray(first.parts));
}

/** Reads a session of opencode, where calls include their results. Here the results become separate messages. */
export function opencodeConversation(session: JsonObject, omit: (what: string) => void): Conversation {
  const info = objectIn(session, 'info') ?? {};
  const drafts: Draft[] = [];
  for (const message of objectsIn(session, 'messages')) {
    for (const draft of draftsOf(message, omit)) {
      const key = String(drafts.length);
      drafts.push({ ...draft, key, parent: drafts.at(-1)?.key ?? null });
    }
  }
  const time = objectIn(info, 'time') ?? {};
  return {
    id: textIn(info, 'id') ?? '',
    title: textIn(info, 'title'),
    createdMs: timeIn(time, 'created'),
    usedMs: timeIn(time, 'updated'),
    drafts,
  };
}

function draftsOf(message: JsonObject, omit: (what: string) => void): Omit<Draft, 'key' | 'parent'>[] {
  const info = objectIn(message, 'info') ?? {};
  const atMs = timeIn(objectIn(info, 'time') ?? {}, 'created');
  const timed = atMs === undefined ? {} : { atMs };
  const parts = objectsIn(message, 'parts');
  const content = contentOf(parts, omit);
  if (textIn(info, 'role') !== 'assistant') return [{ role: 'user', ...content, ...timed }];
  const tools = parts.filter((part) => part.type === 'tool');
  const toolCalls = tools.map((part) => ({
    id: textIn(part, 'callID') ?? '',
    name: textIn(part, 'tool') ?? '',
    arguments: argumentsOf(stateOf(part).input ?? {}),
  }));
  const answer = {
    role: 'assistant' as const,
    ...content,
    ...timed,
    toolCalls,
    endpoint: textIn(info, 'providerID') ?? null,
    model: textIn(info, 'modelID') ?? null,
    finishReason: textIn(info, 'finish') ?? null,
    status: statusOf(info),
    metrics: metricsOf(info),
  };
  const results = tools.flatMap((part) => {
    const text = textIn(stateOf(part), 'output') ?? textIn(stateOf(part), 'error');
    if (text === undefined) return [];
    return [{ role: 'tool' as const, text, toolCallId: textIn(part, 'callID') ?? '', ...timed }];
  });
  return [answer, ...results];
}

function stateOf(part: JsonObject): JsonObject {
  return objectIn(part, 'state') ?? {};
}

/** Types of parts without content: steps, and additions by opencode. */
const ASIDE = new Set([
  'tool',
  'step-start',
  'step-finish',
  'snapshot',
  'patch',
  'agent',
  'retry',
  'compaction',
]);

function contentOf(parts: readonly JsonObject[], omit: (what: string) => void) {
  const content = { text: '', reasoning: '', attachments: [] as ReturnType<typeof fileAt>[] };
  for (const part of parts) {
    const [type, text] = [textIn(part, 'type') ?? '', textIn(part, 'text') ?? ''];
    if (part.synthetic === true) omit('text that opencode added');
    else if (type === 'text') content.text = joined(content.text, text);
    else if (type === 'reasoning') content.reasoning = joined(content.reasoning, text);
    else if (type === 'file')
      content.attachments.push(
        fileAt(textIn(part, 'url') ?? '', textIn(part, 'filename'), textIn(part, 'mime')),
      );
    else if (!ASIDE.has(type)) omit(`part of the type ${type}`);
  }
  return content;
}

function statusOf(info: JsonObject): MessageStatus {
  const error = textIn(objectIn(info, 'error') ?? {}, 'name');
  if (error !== undefined) return error === 'MessageAbortedError' ? 'cancelled' : 'error';
  if (textIn(info, 'finish') === 'length') return 'truncated';
  return timeIn(objectIn(info, 'time') ?? {}, 'completed') === undefined ? 'interrupted' : 'complete';
}

function metricsOf(info: JsonObject): JsonObject {
  const [tokens, time] = [objectIn(info, 'tokens') ?? {}, objectIn(info, 'time') ?? {}];
  const [begun, completed] = [timeIn(time, 'created'), timeIn(time, 'completed')];
  const [input, output] = [numberIn(tokens, 'input'), numberIn(tokens, 'output')];
  const [cached, hidden] = [numberIn(objectIn(tokens, 'cache') ?? {}, 'read'), numberIn(tokens, 'reasoning')];
  return {
    ...(begun !== undefined && completed !== undefined && { e2eMs: completed - begun }),
    ...(input !== undefined && { promptTokens: input + (cached ?? 0) }),
    ...(output !== undefined && { outputTokens: output, tokensEstimated: false }),
    ...(cached !== undefined && { cachedTokens: cached }),
    ...(hidden !== undefined && hidden > 0 && { hiddenTokens: hidden }),
  };
}
