import type { Attachment } from '../common/chat/attachments.js';
import { carriedIn } from '../common/chat/carried.js';
import { integer, integerOrNull, type Row, text, textOrNull } from './file/database.js';
import { isList, isObject, parseJson } from './json.js';
import { callsIn } from './tool-calls.js';
import {
  type Exchange,
  type ExchangeError,
  type Json,
  type JsonObject,
  MESSAGE_STATUSES,
  type Message,
  ROLES,
  type SessionSummary,
} from './types.js';

// The functions below convert rows of the file to values. An unknown value comes from a newer version or a damaged
// file, and becomes the nearest known one.

export function summaryOf(row: Row): SessionSummary {
  return {
    id: text(row, 'id'),
    title: text(row, 'title'),
    preview: text(row, 'preview'),
    createdMs: integer(row, 'created_ms'),
    usedMs: integer(row, 'used_ms'),
    deletedMs: integerOrNull(row, 'deleted_ms'),
    pinned: integer(row, 'pinned') !== 0,
    model: textOrNull(row, 'model'),
    tokens: integer(row, 'tokens'),
    messages: integer(row, 'messages'),
    exchanges: integer(row, 'exchanges'),
    ...spentIn(row),
  };
}

/** Returns the totals of one session, which lists show. */
function spentIn(
  row: Row,
): Pick<SessionSummary, 'costUsd' | 'unpriced' | 'tokensEstimated'> & { tokens?: number } {
  const spent = jsonIn(row, 'spent');
  const [costUsd, unpriced, tokens, estimated] = isList(spent) ? spent : [];
  return {
    ...(typeof tokens === 'number' && { tokens: Math.round(tokens) }),
    ...(typeof estimated === 'number' && estimated > 0 && { tokensEstimated: true as const }),
    ...(typeof costUsd === 'number' && { costUsd }),
    ...(typeof costUsd === 'number' && typeof unpriced === 'number' && unpriced > 0 && { unpriced }),
  };
}

/** @param attachments by the message's id */
export function messageOf(row: Row, attachments: ReadonlyMap<number, Attachment[]>): Message {
  const id = integer(row, 'id');
  return {
    id,
    parentId: integerOrNull(row, 'parent'),
    role: oneOf(ROLES, text(row, 'role')) ?? 'user',
    atMs: integer(row, 'at_ms'),
    text: text(row, 'text'),
    reasoning: text(row, 'reasoning'),
    refusal: text(row, 'refusal'),
    toolCalls: callsIn(text(row, 'tool_calls')),
    carried: carriedIn(jsonIn(row, 'carried')) ?? null,
    toolCallId: textOrNull(row, 'tool_call_id'),
    attachments: attachments.get(id) ?? [],
    status: oneOf(MESSAGE_STATUSES, text(row, 'status')) ?? 'interrupted',
    finishReason: textOrNull(row, 'finish_reason'),
    endpoint: textOrNull(row, 'endpoint'),
    model: textOrNull(row, 'model'),
  };
}

/** Groups attachments by their message's id. */
export function attachmentsOf(rows: readonly Row[]): ReadonlyMap<number, Attachment[]> {
  const found = new Map<number, Attachment[]>();
  for (const row of rows) {
    const { data } = row;
    const attachment: Attachment = {
      name: text(row, 'name'),
      type: text(row, 'type'),
      size: integerOrNull(row, 'size'),
      data: data instanceof Uint8Array ? Buffer.from(data).toString('base64') : null,
      url: textOrNull(row, 'url'),
    };
    const message = integer(row, 'message');
    const others = found.get(message);
    if (others === undefined) found.set(message, [attachment]);
    else others.push(attachment);
  }
  return found;
}

export function exchangeOf(row: Row): Exchange {
  return {
    id: integer(row, 'id'),
    questionId: integerOrNull(row, 'question'),
    answerId: integerOrNull(row, 'answer'),
    atMs: integer(row, 'at_ms'),
    endpoint: text(row, 'endpoint'),
    url: text(row, 'url'),
    model: text(row, 'model'),
    outcome: text(row, 'outcome'),
    error: errorOf(row),
    request: objectOf(row, 'request'),
    metrics: objectOf(row, 'metrics'),
    timeline: jsonIn(row, 'timeline'),
    http: jsonIn(row, 'http'),
    events: jsonIn(row, 'events'),
  };
}

export function errorOf(row: Row): ExchangeError | null {
  return errorIn(jsonIn(row, 'error'));
}

/** Reads a saved error, or returns null. */
export function errorIn(value: Json): ExchangeError | null {
  if (!isObject(value)) return null;
  const { class: name, message, hop, statusCode } = value;
  return {
    class: typeof name === 'string' ? name : 'Unknown',
    message: typeof message === 'string' ? message : '',
    hop: typeof hop === 'string' ? hop : null,
    statusCode: typeof statusCode === 'number' ? statusCode : null,
  };
}

function jsonIn(row: Row, column: string): Json {
  const written = textOrNull(row, column);
  return written === null ? null : parseJson(written);
}

export function objectOf(row: Row, column: string): JsonObject {
  const value = jsonIn(row, column);
  return isObject(value) ? value : {};
}

function oneOf<T extends string>(values: readonly T[], value: string): T | undefined {
  return values.find((known) => known === value);
}
