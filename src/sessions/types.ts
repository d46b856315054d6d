import type { Attachment } from '../common/attachments.js';
import type { Carried } from '../common/carried.js';
import { OUTCOME_NAMES } from '../common/outcomes.js';

export type { Attachment } from '../common/attachments.js';

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/**
 * What became of a message. A user's is always `complete`. `streaming`: its program still writes it;
 * `interrupted`: that program ended before the answer did.
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

/** One message of a session's tree. Ids rise in the order of writing, whatever the clock does. */
export interface Message {
  id: number;
  /** What it answers or follows; null at the start of the conversation. */
  parentId: number | null;
  role: Role;
  /** Unix time in ms. */
  atMs: number;
  text: string;
  reasoning: string;
  /** What the model said in place of an answer that it refused to give. */
  refusal: string;
  toolCalls: ToolCall[];
  /** What the provider wants back, as it came, with the results of the calls. */
  carried: Carried | null;
  /** The call that this message is the result of. */
  toolCallId: string | null;
  attachments: Attachment[];
  status: MessageStatus;
  /** Why the answer ended, as the provider gave it. */
  finishReason: string | null;
  /** The endpoint's name and model, for answers. */
  endpoint: string | null;
  model: string | null;
}

/** A message of which nothing is known. */
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
  /** As `ConnectorException.getErrorClassName()`. */
  class: string;
  message: string;
  hop: string | null;
  /** The provider's HTTP status, where the failure is one. */
  statusCode: number | null;
}

/** One request to an endpoint, without its key, and how it went. */
export interface Exchange {
  id: number;
  questionId: number | null;
  answerId: number | null;
  /** Unix time in ms at which it was sent. */
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
  /** The moments they were computed from, where kept. */
  timeline: Json;
  /** The heads of request and response, and what the body had beside the conversation, where kept; no secrets. */
  http: Json;
  /** Where its raw events lie in a recording, where there is one. */
  events: Json;
}

/** A session in a list. */
export interface SessionSummary {
  id: string;
  title: string;
  /** The beginning of its last message, on one line. */
  preview: string;
  /** Unix times in ms. */
  createdMs: number;
  usedMs: number;
  deletedMs: number | null;
  pinned: boolean;
  /** The model that answered last. */
  model: string | null;
  /** Prompt and output tokens of all its exchanges. */
  tokens: number;
  /** Of its answers whose price was known, in US dollars; in lists alone. */
  costUsd?: number;
  /** How many of its answers have no known price, where others have one; in lists alone. */
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
  /** The message at the end of the branch in use. */
  headId: number | null;
  messages: Message[];
  exchanges: Exchange[];
}

/** Time, handed in so that tests can set it. */
export interface Clock {
  /** Unix time in ms. */
  unixMs(): number;
}
