import { createHash } from 'node:crypto';
import { beginningOf } from '../../common/text/beginning.js';
import { previewOf } from '../session-table.js';
import {
  EMPTY_MESSAGE,
  type Exchange,
  type JsonObject,
  type Message,
  type Role,
  type Session,
} from '../types.js';

/** A message of another program's conversation, with that program's key for it and for its parent. */
export interface Draft extends Partial<Omit<Message, 'id' | 'parentId' | 'role'>> {
  key: string;
  parent: string | null;
  role: Role;
  /** The known figures of an answer's exchange, named like the members of ExchangeMetrics. */
  metrics?: JsonObject;
}

/** Another program's conversation. */
export interface Conversation {
  /** Identifies the conversation among all conversations of its program. */
  id: string;
  title?: string | undefined;
  createdMs?: number | undefined;
  usedMs?: number | undefined;
  drafts: readonly Draft[];
  /** The key of the message at the end of the current branch. Default: the last message. */
  head?: string | undefined;
}

/** The contents of an import. */
export interface Imported {
  /** The recognised format. */
  format: string;
  sessions: Session[];
  /** The parts that were skipped, one sentence each. */
  remarks: string[];
  /**
   * Whether it comes from another program. Such a conversation always gets the same id, so that a repeated import is
   * detected.
   */
  foreign: boolean;
}

/**
 * Returns the conversation as a session. A message without its parent begins a new branch.
 * @param program the program's name, which is part of the session's id
 */
export function sessionOf(program: string, conversation: Conversation): Session {
  const { id, drafts, createdMs: begun = firstTime(drafts), usedMs = lastTime(drafts, begun) } = conversation;
  const createdMs = Math.round(begun);
  const ids = new Map<string, number>();
  const messages: Message[] = [];
  const exchanges: Exchange[] = [];
  for (const { key, parent, metrics, ...draft } of parentsFirst(drafts)) {
    const parentId = parent === null ? null : (ids.get(parent) ?? null);
    const atMs = Math.round(draft.atMs ?? messages.at(-1)?.atMs ?? createdMs);
    const message = { ...EMPTY_MESSAGE, ...draft, id: messages.length + 1, parentId, atMs };
    ids.set(key, message.id);
    messages.push(message);
    if (metrics !== undefined) exchanges.push(exchangeOf(message, metrics, exchanges.length + 1));
  }
  const head = conversation.head === undefined ? undefined : ids.get(conversation.head);
  return {
    id: createHash('sha256').update(`${program}\0${id}`).digest('hex').slice(0, 12),
    title: conversation.title?.trim() || titleOf(messages),
    createdMs,
    usedMs: Math.round(usedMs),
    pinned: false,
    headId: head ?? messages.at(-1)?.id ?? null,
    messages,
    exchanges,
  };
}

/** Sorts messages by time, with each message after its parent. Messages of the same time keep their order. */
function parentsFirst(drafts: readonly Draft[]): Draft[] {
  const byKey = new Map(drafts.map((draft) => [draft.key, draft]));
  const placed = new Set<Draft>();
  const byTime = drafts
    .map((draft, index) => ({ draft, index }))
    .sort((a, b) => (a.draft.atMs ?? 0) - (b.draft.atMs ?? 0) || a.index - b.index);
  const known = drafts.every(({ atMs }) => atMs !== undefined);
  for (const { draft } of known ? byTime : byTime.sort((a, b) => a.index - b.index)) {
    // Place the ancestors first, from the beginning of the branch. A loop is cut where it repeats.
    const branch = new Set<Draft>();
    for (let at: Draft | undefined = draft; at !== undefined && !placed.has(at) && !branch.has(at); ) {
      branch.add(at);
      at = at.parent === null ? undefined : byKey.get(at.parent);
    }
    for (const one of [...branch].reverse()) placed.add(one);
  }
  return [...placed];
}

function firstTime(drafts: readonly Draft[]): number {
  return drafts.find(({ atMs }) => atMs !== undefined)?.atMs ?? Date.now();
}

function lastTime(drafts: readonly Draft[], begun: number): number {
  return drafts.reduce((latest, { atMs = begun }) => Math.max(latest, atMs), begun);
}

function titleOf(messages: readonly Message[]): string {
  const question = messages.find(({ role }) => role === 'user') ?? messages[0];
  return beginningOf(previewOf(question?.text ?? ''), 80) || 'untitled';
}

/** Returns an exchange without an address, which is not known. */
function exchangeOf(answer: Message, metrics: JsonObject, id: number): Exchange {
  return {
    id,
    questionId: answer.parentId,
    answerId: answer.id,
    atMs: answer.atMs,
    endpoint: answer.endpoint ?? '',
    url: '',
    model: answer.model ?? '',
    outcome: answer.status === 'interrupted' ? 'cancelled' : answer.status,
    error: null,
    request: {},
    http: null,
    metrics,
    timeline: null,
    events: null,
  };
}
