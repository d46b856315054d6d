import type { Database } from './file/database.js';
import { toJson } from './json.js';
import { exchangeOf } from './records.js';
import { type Redactor, withoutCredentials } from './redact.js';
import type { Exchange, ExchangeError } from './types.js';

/** A finished exchange to save. JSON members can be any plain objects. */
export interface FinishedExchange {
  /** When the request was sent, as Unix time in ms. */
  atMs: number;
  endpoint: string;
  url: string;
  model: string;
  outcome: string;
  error?: ExchangeError;
  /** The request's body. Members with the name of a credential are not saved. */
  request: object;
  /** The figures, named as in `ExchangeMetrics`. */
  metrics: object;
  timeline?: unknown;
  http?: unknown;
  events?: unknown;
}

/** Reads and writes the table of exchanges. */
export interface ExchangeTable {
  /** Adds an exchange to the session with this number, and to the session's totals. */
  add(seq: number, question: number | null, answer: number | null, exchange: FinishedExchange): void;
  /** Returns all exchanges of the session. */
  all(seq: number): Exchange[];
}

export function createExchangeTable(db: Database, redactor: Redactor): ExchangeTable {
  const json = (value: unknown): string => JSON.stringify(redactor.json(toJson(value)));
  const optional = (value: unknown): string | null => (value == null ? null : json(value));
  return {
    add(seq, question, answer, exchange) {
      db.run(
        `INSERT INTO exchanges (session, question, answer, at_ms, endpoint, url, model, outcome, error, request, metrics, timeline, http, events)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        seq,
        question,
        answer,
        Math.round(exchange.atMs),
        redactor.text(exchange.endpoint),
        redactor.url(exchange.url),
        redactor.text(exchange.model),
        exchange.outcome,
        optional(exchange.error),
        json(withoutCredentials(exchange.request)),
        json(exchange.metrics),
        optional(exchange.timeline),
        optional(exchange.http),
        optional(exchange.events),
      );
      db.run(
        'UPDATE sessions SET exchanges = exchanges + 1, model = ?, tokens = tokens + ? WHERE seq = ?',
        redactor.text(exchange.model),
        tokensOf(exchange.metrics),
        seq,
      );
    },
    all: (seq) => db.all('SELECT * FROM exchanges WHERE session = ? ORDER BY id', seq).map(exchangeOf),
  };
}

/** Returns the finish reason in the figures, or null. */
export function finishReasonOf(metrics: object): string | null {
  const reason: unknown = Reflect.get(metrics, 'finishReason');
  return typeof reason === 'string' ? reason : null;
}

function tokensOf(metrics: object): number {
  const count = (name: string): number => {
    const value: unknown = Reflect.get(metrics, name);
    return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : 0;
  };
  return count('promptTokens') + count('outputTokens') + count('hiddenTokens');
}
