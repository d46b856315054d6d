import type { Attachment } from '../../common/attachments.js';
import type { Outcome } from '../../common/outcomes.js';
import { costFrom } from '../../metrics/cost.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { speedFrom } from '../../metrics/saved-speed.js';
import type { AnswerFigures, AnswerInFile, OpenedSession } from '../../sessions/opened.js';
import type { JsonObject, Message as SavedMessage } from '../../sessions/types.js';
import type { AppState } from '../app-state.js';
import { type Tree, treeOf } from '../branches/branches.js';
import { edit } from '../editor/editor.js';
import { type ChatSettings, withParameter } from '../endpoint/chat-settings.js';
import { metricsBeforeStart } from '../exchange/exchange.js';
import { askAgain, emptyReason, REFUSED, readingRemarks } from '../exchange/failure.js';
import type { AnswerStatus, AssistantMessage, Message } from '../messages.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { shownCall } from '../tools/tool-calls.js';
import type { KeyHints } from '../view/key-hints.js';

/** The state with a saved session as its conversation; `ids` maps message ids in the file to those in the state. */
export interface Restored {
  readonly state: AppState;
  readonly ids: ReadonlyMap<number, number>;
}

/**
 * Replaces the conversation by this session. The session's queued messages go into the draft. If the session has
 * neither draft nor queue, the text in the editor stays.
 * @param at the file's id of the message to scroll to [the end]
 */
export function restored(state: AppState, session: OpenedSession, at?: number): Restored {
  const { messages: saved, figures } = session;
  const ids = new Map<number, number>();
  const parents = new Map<number, number | null>();
  // A conversation repeats a few names, so sanitize each once.
  const names = new Map<string, string>();
  const nameOf = (name: string): string => {
    const known = names.get(name) ?? sanitizeLine(name);
    names.set(name, known);
    return known;
  };
  const nodes: { message: Message; parent: number | null }[] = [];
  let imported: string | undefined;
  let nextMessageId = state.nextMessageId;
  const calls = new Map<string, string>();
  for (const message of saved) {
    for (const { id, name } of message.toolCalls) calls.set(id, nameOf(name));
    const above = message.parentId === null ? null : (parents.get(message.parentId) ?? null);
    if (message.role === 'system') {
      // The system prompt belongs to the settings, not to the conversation.
      imported = sanitize(message.text);
      parents.set(message.id, above);
      continue;
    }
    const id = nextMessageId;
    nextMessageId += 1;
    ids.set(message.id, id);
    parents.set(message.id, id);
    nodes.push({
      message: shownMessage(message, id, {
        figures: figures.get(message.id),
        nameOf,
        calls,
        keys: state.keys,
      }),
      parent: above,
    });
  }
  const end = at === undefined ? session.headId : leafBelow(saved, at, session.headId);
  const tree = treeOf(nodes, end === null ? null : (parents.get(end) ?? null));
  return {
    ids,
    state: {
      ...state,
      ...tree,
      nextMessageId,
      name: sanitizeLine(session.summary.title),
      draft: draftFor(state, session),
      attachments: attachmentsFor(state, session),
      queue: [],
      revising: undefined,
      offer: undefined,
      search: { kind: 'closed' },
      scroll: scrollTo(tree, at === undefined ? undefined : ids.get(at)),
      endpoint: withModelOf(state.endpoint, tree),
      settings: withSystemOf(withParametersOf(state.settings, session), session, imported),
    },
  };
}

/** The model of the branch's last answer, when it came from the endpoint in use. */
function withModelOf(endpoint: AppState['endpoint'], { messages }: Tree): AppState['endpoint'] {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (last?.role !== 'assistant' || last.endpoint.name !== endpoint.name || last.endpoint.model === '')
    return endpoint;
  return { ...endpoint, model: last.endpoint.model };
}

/** The parameters of the session's last request; a session without requests keeps the chat's. */
function withParametersOf(settings: ChatSettings, { system, parameters }: OpenedSession): ChatSettings {
  if (system === undefined) return settings;
  const none: ChatSettings = { system: settings.system, body: {} };
  return Object.entries(parameters).reduce((set, [name, value]) => withParameter(set, name, value), none);
}

/** The session's system prompt; `imported` is a system message among its messages. */
function withSystemOf(
  settings: ChatSettings,
  { system }: OpenedSession,
  imported: string | undefined,
): ChatSettings {
  if (typeof system === 'string') return { ...settings, system: sanitize(system) };
  if (imported !== undefined) return { ...settings, system: imported };
  return system === null ? { ...settings, system: undefined } : settings;
}

function draftFor({ draft }: AppState, { draft: own, queue }: OpenedSession): AppState['draft'] {
  const text = [...queue, own].filter((part) => part !== '').join('\n\n');
  // `clear` keeps the editor's text in the history.
  return text === '' ? draft : edit(edit(draft, { type: 'clear' }), { type: 'set', text: sanitize(text) });
}

function attachmentsFor({ attachments }: AppState, { draft, queue, files }: OpenedSession) {
  const hasOwn = draft !== '' || queue.length > 0 || files.length > 0;
  return hasOwn ? files.map(harmless) : attachments;
}

/** With a name that can be shown. */
export function harmless(file: Attachment): Attachment {
  return { ...file, name: sanitizeLine(file.name) };
}

/** Updates an answer to the version that another program has saved. */
export function withAnswerOf(
  { keys }: AppState,
  shown: AssistantMessage,
  { message, figures }: AnswerInFile,
): AssistantMessage {
  const now = shownMessage(message, shown.id, { figures, nameOf: sanitizeLine, calls: new Map(), keys });
  return now.role === 'assistant' ? { ...now, turn: shown.turn } : shown;
}

function scrollTo(tree: Tree, message: number | undefined): AppState['scroll'] {
  const last = tree.messages.at(-1);
  if (message === undefined || last === undefined) return { kind: 'follow' };
  const seen = { message: last.id, offset: Number.MAX_SAFE_INTEGER };
  return { kind: 'held', top: { message, offset: 0 }, seen };
}

/** The last message of the branch with `at`: the branch in use if `at` is on it, else the latest one. */
function leafBelow(messages: readonly SavedMessage[], at: number, head: number | null): number {
  const parents = new Map(messages.map(({ id, parentId }) => [id, parentId]));
  for (let up = head; up !== null; up = parents.get(up) ?? null) if (up === at && head !== null) return head;
  // Children come after their parents in the list.
  return messages.reduce((leaf, { id, parentId }) => (parentId === leaf ? id : leaf), at);
}

interface Known {
  figures: AnswerFigures | undefined;
  nameOf: (name: string) => string;
  /** Names of the preceding tool calls by id. */
  calls: ReadonlyMap<string, string>;
  keys: KeyHints;
}

function shownMessage(message: SavedMessage, id: number, { figures, nameOf, calls, keys }: Known): Message {
  const { role, atMs, reasoning, refusal, toolCalls, carried, toolCallId, status, finishReason } = message;
  const { endpoint, model } = message;
  // A refusal is shown after the answer's text, as while it streamed.
  const text = sanitize(message.text + refusal);
  if (role === 'tool') {
    const callId = toolCallId ?? '';
    return { role, id, atMs, text, call: { id: callId, name: calls.get(callId) ?? 'a tool' } };
  }
  if (role !== 'assistant') {
    const attachments = message.attachments.map(harmless);
    return { role: 'user', id, atMs, text, ...(attachments.length > 0 && { attachments }) };
  }
  return {
    role: 'assistant',
    id,
    atMs,
    text,
    reasoning: sanitize(reasoning),
    ...(refusal !== '' && { refusal: sanitize(refusal) }),
    ...(toolCalls.length > 0 && { toolCalls: toolCalls.map(shownCall) }),
    ...(carried !== null && { carried }),
    endpoint: { name: nameOf(endpoint ?? ''), model: nameOf(model ?? '') },
    status: statusOf(
      { status, finishReason, refusal },
      text === '' && toolCalls.length === 0,
      askAgain(keys),
      figures,
    ),
  };
}

function statusOf(
  { status: kind, finishReason, refusal }: Pick<SavedMessage, 'status' | 'finishReason' | 'refusal'>,
  empty: boolean,
  again: string,
  figures?: AnswerFigures,
): AnswerStatus {
  const saved = figures?.metrics ?? {};
  const ended = {
    metrics: metricsOf(saved),
    ...(finishReason !== null && { finishReason: sanitizeLine(finishReason.slice(0, 40)) }),
  };
  const malformedEvents = typeof saved.malformedEvents === 'number' ? saved.malformedEvents : 0;
  const repeatedChars = typeof saved.repeatedChars === 'number' ? saved.repeatedChars : 0;
  const remarked = (outcome: Outcome, ...told: string[]): string[] => [
    ...told,
    ...(refusal === '' ? [] : [REFUSED]),
    ...readingRemarks({ outcome, malformedEvents, repeatedChars }),
  ];
  switch (kind) {
    case 'streaming':
      return {
        kind: 'elsewhere',
        remarks: ['another program is writing this answer: it is shown as it grows'],
      };
    case 'interrupted':
      return {
        kind,
        remarks: [
          empty
            ? `the answer was interrupted before its first text: ${again}`
            : `interrupted: the partial answer is kept; ${again}`,
        ],
      };
    case 'error': {
      const what = sanitizeLine(figures?.error?.message.slice(0, 600) ?? 'the answer failed');
      return { kind, ...ended, remarks: remarked(kind), failure: { what, next: again } };
    }
    case 'complete':
      return { kind, ...ended, remarks: remarked(kind) };
    case 'cancelled':
      return {
        kind,
        ...ended,
        remarks: remarked(kind, empty ? 'stopped' : 'stopped: the partial answer is kept'),
      };
    case 'empty': {
      const reason = emptyReason({ finishReason, malformedEvents });
      return { kind, ...ended, remarks: [`the answer is empty: ${reason}; ${again}`] };
    }
    case 'truncated':
      return { kind, ...ended, remarks: remarked(kind, `cut off: ${again}`) };
    case 'stalled':
      return { kind, ...ended, remarks: remarked(kind, `stalled: ${again}`) };
  }
}

const OPTIONAL_FIGURES = [
  'ttfbMs',
  'ttftMs',
  'e2eMs',
  'promptTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'hiddenTokens',
] as const satisfies readonly (keyof ExchangeMetrics)[];

/** The saved figures that are shown above an answer. */
function metricsOf(saved: JsonObject): ExchangeMetrics {
  const number = (name: string): number | undefined => {
    const value = saved[name];
    return typeof value === 'number' ? value : undefined;
  };
  const metrics: ExchangeMetrics = {
    ...metricsBeforeStart(number('elapsedMs') ?? number('e2eMs') ?? 0),
    phase: 'done',
    outputTokens: number('outputTokens') ?? 0,
    tokensEstimated: saved.tokensEstimated !== false,
    chunks: number('chunks') ?? 0,
    arrivals: number('arrivals') ?? 0,
    speed: speedFrom(saved),
    bytes: number('bytes') ?? 0,
    attempts: number('attempts') ?? 0,
    buffered: saved.buffered === true,
  };
  for (const name of OPTIONAL_FIGURES) {
    const value = number(name);
    if (value !== undefined) metrics[name] = value;
  }
  const cost = costFrom(saved);
  return cost === undefined ? metrics : { ...metrics, cost };
}
