import type { ExchangeMetrics } from '../metrics/exchange.js';
import type { ChatEvent, ChatResult } from '../sdk/chat-types.js';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What an exchange tells while it runs. `tMs`: milliseconds since the request was sent. */
export type ExchangeEvent =
  | { type: 'start'; exchange: number; url: string; model: string; live: LiveMetrics }
  | { type: 'headers'; tMs: number; statusCode: number; headers: Record<string, string>; buffered: boolean }
  | (ChatEvent & { tMs: number });

/** The running exchange's figures; ask as often as is wanted. */
export interface LiveMetrics {
  /** @param nowMs `performance.now()` */
  snapshot(nowMs: number): ExchangeMetrics;
  /** Told once, when the frame that shows the first token has been written to the terminal. */
  painted(nowMs: number): void;
}

export interface ChatOptions {
  signal?: AbortSignal;
  onEvent?: (event: ExchangeEvent) => void;
  /** Each piece of the answer's text as it arrives. */
  onDelta?: (text: string) => void;
  /** Instead of the configured model. */
  model?: string;
  temperature?: number;
  maxTokens?: number;
  /**
   * Ends the answer with outcome `stalled` when, after its headers, no data event comes for so long, in ms;
   * comments and empty events do not count. 0 = never [60000].
   */
  idleMs?: number;
  /** Any further members of the request body. */
  body?: Record<string, unknown>;
}

/** A finished exchange: what was answered and where its time went. */
export interface ChatAnswer extends ChatResult {
  exchange: number;
  metrics: ExchangeMetrics;
}
