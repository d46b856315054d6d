import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { carriedIn } from '../../common/chat/carried.js';
import { SessionsError } from '../problem.js';
import { SESSION_ID } from '../session-id.js';
import { type Json, type JsonObject, MESSAGE_STATUSES, ROLES, type Session } from '../types.js';

/** The name and version of the JSON export, which docs/sessions.md describes. */
const FORMAT = 'vastar-tui/sessions';
const FORMAT_VERSION = 2;

const json: z.ZodMiniType<Json> = z.json();
const jsonObject: z.ZodMiniType<JsonObject> = z.record(z.string(), z.json());
const unixMs = z.int();
const reference = z.nullable(z.int());

// Members that version 1 lacks have an empty default.
const attachment = z.object({
  name: z.string(),
  type: z.string(),
  size: z.nullable(z.int()),
  data: z.nullable(z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'expected Base64'))),
  url: z.nullable(z.string()),
});

const members = z.optional(z.array(jsonObject));
const carried = z.object({
  message: z.object({
    reasoning_content: z.optional(z.string()),
    reasoning_details: members,
    thinking_blocks: members,
  }),
  calls: z.record(z.string(), json),
});

const message = z.object({
  id: z.int(),
  parentId: reference,
  role: z.enum(ROLES),
  atMs: unixMs,
  text: z.string(),
  reasoning: z.string(),
  refusal: z._default(z.string(), ''),
  toolCalls: z._default(z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })), []),
  carried: z._default(z.nullable(carried), null),
  toolCallId: z._default(z.nullable(z.string()), null),
  attachments: z._default(z.array(attachment), []),
  status: z.enum(MESSAGE_STATUSES),
  finishReason: z._default(z.nullable(z.string()), null),
  endpoint: z.nullable(z.string()),
  model: z.nullable(z.string()),
});

const exchange = z.object({
  id: z.int(),
  questionId: reference,
  answerId: reference,
  atMs: unixMs,
  endpoint: z.string(),
  url: z.string(),
  model: z.string(),
  outcome: z.string(),
  error: z.nullable(
    z.object({
      class: z.string(),
      message: z.string(),
      hop: z.nullable(z.string()),
      statusCode: z.nullable(z.int()),
    }),
  ),
  request: jsonObject,
  metrics: jsonObject,
  timeline: json,
  http: z._default(json, null),
  events: json,
});

const session = z.object({
  id: z.string().check(z.regex(SESSION_ID, 'expected 12 hexadecimal digits')),
  title: z.string(),
  createdMs: unixMs,
  usedMs: unixMs,
  pinned: z.boolean(),
  headId: reference,
  messages: z.array(message),
  exchanges: z.array(exchange),
});

/** The whole export. schemas/sessions-export.json is generated from it. */
export const document = z
  .object({ format: z.literal(FORMAT), version: z.literal([1, FORMAT_VERSION]), sessions: z.array(session) })
  .register(z.globalRegistry, {
    title: 'Sessions of vastar-tui',
    description: 'docs/sessions.md describes each member.',
  });

/** zod/mini has no texts for problems, so they are loaded here. */
const english = en().localeError;

const versioned = z.object({ format: z.literal(FORMAT), version: z.int() });

/** Returns sessions in the format of the JSON export. Messages and exchanges of each session are numbered from 1. */
export function toDocument(sessions: readonly Session[]): string {
  const content = { format: FORMAT, version: FORMAT_VERSION, sessions: sessions.map(renumber) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Reads a JSON export.
 * @throws {SessionsError} `invalid`, with the place and the expected value
 */
export function fromDocument(text: string): Session[] {
  const content = readJson(text);
  const version = versioned.safeParse(content).data?.version ?? 0;
  if (version > FORMAT_VERSION) {
    throw invalid(`its version is ${version}, and this program knows up to ${FORMAT_VERSION}: update it`);
  }
  const parsed = document.safeParse(content, { error: english });
  if (!parsed.success) throw invalid(reasonOf(parsed.error));
  for (const [index, { messages }] of parsed.data.sessions.entries()) {
    const earlier = new Set<number>();
    for (const { id, parentId } of messages) {
      if (parentId !== null && !earlier.has(parentId)) {
        throw invalid(`sessions[${index}]: message ${id} follows ${parentId}, which does not come before it`);
      }
      if (earlier.has(id)) throw invalid(`sessions[${index}]: two messages have the id ${id}`);
      earlier.add(id);
    }
  }
  return parsed.data.sessions.map((one) => ({
    ...one,
    messages: one.messages.map((message) => ({ ...message, carried: carriedIn(message.carried) ?? null })),
  }));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
}

function reasonOf(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not of the expected form';
  const where = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('');
  return where === '' ? issue.message : `${where.replace(/^\./, '')}: ${issue.message}`;
}

function invalid(reason: string): SessionsError {
  return new SessionsError('invalid', `this is not a readable export of sessions: ${reason}`);
}

function renumber(session: Session): Session {
  const ids = new Map(session.messages.map(({ id }, index) => [id, index + 1]));
  const mapped = (id: number | null): number | null => (id === null ? null : (ids.get(id) ?? null));
  return {
    ...session,
    headId: mapped(session.headId),
    messages: session.messages.map((message, index) => ({
      ...message,
      id: index + 1,
      parentId: mapped(message.parentId),
    })),
    exchanges: session.exchanges.map((exchange, index) => ({
      ...exchange,
      id: index + 1,
      questionId: mapped(exchange.questionId),
      answerId: mapped(exchange.answerId),
    })),
  };
}
