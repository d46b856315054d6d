import type { Attachment } from '../../common/chat/attachments.js';
import type { Outcome } from '../../common/chat/outcomes.js';
import { costFrom } from '../../metrics/cost.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { speedFrom } from '../../metrics/saved-speed.js';
import type { AnswerFigures, AnswerInFile } from '../../sessions/opened.js';
import type { JsonObject, Message as SavedMessage } from '../../sessions/types.js';
import type { AppState } from '../app-state.js';
import { metricsBeforeStart } from '../exchange/exchange.js';
import { askAgain, emptyReason, REFUSED, readingRemarks, stoppedRemark } from '../exchange/failure.js';
import type { AnswerStatus, AssistantMessage, Message } from '../messages.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { shownCall } from '../tools/tool-calls.js';
import type { KeyHints } from '../view/key-hints.js';

/** Returns the attachment with a name that can be shown. */
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

interface Known {
  figures: AnswerFigures | undefined;
  nameOf: (name: string) => string;
  /** The names of the preceding tool calls, by id. */
  calls: ReadonlyMap<string, string>;
  keys: KeyHints;
}

/** Converts a saved message to one of the conversation. */
export function shownMessage(
  message: SavedMessage,
  id: number,
  { figures, nameOf, calls, keys }: Known,
): Message {
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
  const remarked = (outcome: Outcome, ...others: string[]): string[] => [
    ...others,
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
      return { kind, ...ended, remarks: remarked(kind, stoppedRemark(empty)) };
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

/** Returns the saved figures that are shown above an answer. */
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
