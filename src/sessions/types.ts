import type { Attachment } from '../common/chat/attachments.js';
import type { Carried } from '../common/chat/carried.js';
import { OUTCOME_NAMES } from '../common/chat/outcomes.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/**
 * The status of a message. A user's message is always `complete`. `streaming`: its program is still writing it.
 * `interrupted`: its program ended before the answer did.
 */
export const MESSAGE_STATUSES = [...OUTCOME_NAMES, 'streaming', 'interrupted'] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** `tool`: the result of a tool call. */
export const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof ROLES)[number];

/** A call of a tool. */
export interface ToolCall {
  id: string;
  name: string;
  /** JSON text as the model wrote it. */
  arguments: string;
}

/** One message of a session's tree. Ids increase in the order of writing, even if the clock is set back. */
export interface Message {
  id: number;
  /** The message before it; null at the start of the conversation. */
  parentId: number | null;
  role: Role;
  /** Unix time in ms. */
  atMs: number;
  text: string;
  reasoning: string;
  /** The model's text when it refused to answer. */
  refusal: string;
  toolCalls: ToolCall[];
  /** The parts that the provider demands back, unchanged, with the results of the calls. */
  carried: Carried | null;
  /** For a tool result: the id of its call. */
  toolCallId: string | null;
  attachments: Attachment[];
  status: MessageStatus;
  /** Why the answer ended, as the provider sent it. */
  finishReason: string | null;
  /** The endpoint's name and model, for answers. */
  endpoint: string | null;
  model: string | null;
}

/** The defaults for a message's members. */
export const EMPTY_MESSAGE = {
  text: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  carried: null,
  toolCallId: null,
  attachments: [],
  status: 'complete',
  finishReason: null,
  endpoint: null,
  model: null,
} satisfies Partial<Message>;

export interface ExchangeError {
  /** The result of `ConnectorException.getErrorClassName()`. */
  class: string;
  message: string;
  hop: string | null;
  /** The provider's HTTP status, if the failure has one. */
  statusCode: number | null;
}

/** One request to an endpoint, without its key, and the result. */
export interface Exchange {
  id: number;
  questionId: number | null;
  answerId: number | null;
  /** When the request was sent, as Unix time in ms. */
  atMs: number;
  endpoint: string;
  url: string;
  model: string;
  outcome: string;
  error: ExchangeError | null;
  /** The request's body. */
  request: JsonObject;
  /** The figures, named as in `ExchangeMetrics`. */
  metrics: JsonObject;
  /** The times that the figures were computed from, if saved. */
  timeline: Json;
  /** The heads of request and response, and the body without the conversation, if saved; without secrets. */
  http: Json;
  /** The place of the raw events in a recording, if there is one. */
  events: Json;
}

/** A session in a list. */
export interface SessionSummary {
  id: string;
  title: string;
  /** The beginning of the last message, on one line. */
  preview: string;
  /** Unix times in ms. */
  createdMs: number;
  usedMs: number;
  /** Part of the public JSON of lists. */
  deletedMs: number | null;
  pinned: boolean;
  /** The model that answered last. */
  model: string | null;
  /** Prompt and completion tokens of all exchanges, hidden reasoning included. */
  tokens: number;
  /** Whether a part of `tokens` is an estimate. Only set in lists. */
  tokensEstimated?: true;
  /** Cost of all answers with a known price, in US dollars. Only set in lists. */
  costUsd?: number;
  /** The number of answers without a known price, if other answers have one. Only set in lists. */
  unpriced?: number;
  messages: number;
  exchanges: number;
}

/** A whole session: the tree of its messages, in the order of their ids, and its exchanges. */
export interface Session {
  id: string;
  title: string;
  createdMs: number;
  usedMs: number;
  pinned: boolean;
  /** The last message of the current branch. */
  headId: number | null;
  messages: Message[];
  exchanges: Exchange[];
}

/** The clock, which tests replace. */
export interface Clock {
  /** Unix time in ms. */
  unixMs(): number;
}
