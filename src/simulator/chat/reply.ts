import type { ApiError } from '../http/api-error.js';
import type { Schedule } from '../timing/timing.js';

/** A piece of a response. */
export interface Frame {
  /** When it is due, in milliseconds since the request was read. */
  atMs: number;
  /** How many output tokens it carries. */
  tokens: number;
  /** Made only when due, so that the cost of a long answer is spread over its length. */
  bytes(): string | Uint8Array;
  /** Never joined with its neighbours in one write, however late it is. */
  alone?: true;
}

/** A response as data: its pieces, their times and its end. A fault is a function from one response to another. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** When the headers are due, in milliseconds since the request was read; `never`: nothing is sent at all. */
  headersMs: number | 'never';
  /** Gone through once, each frame made when the one before it has been sent. */
  frames: Iterable<Frame>;
  /** Output tokens in all frames. */
  tokens: number;
  /** `silence`: the connection stays open and nothing more comes. `reset`: it is reset. */
  ending: 'end' | 'reset' | 'silence';
}

/** A body that is sent at once. */
export function textReply(
  status: number,
  text: string,
  contentType: string,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': contentType, ...headers },
    headersMs: 0,
    frames: [{ atMs: 0, tokens: 0, bytes: () => text }],
    tokens: 0,
    ending: 'end',
  };
}

/** A JSON body that is sent at once. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return textReply(status, JSON.stringify(value), 'application/json', headers);
}

/** The response to a request that is refused. */
export function errorReply(error: ApiError): Reply {
  return jsonReply(error.status, error.body, error.headers);
}

/** The headers of every streamed answer. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const;

/**
 * An answer in one piece, sent when its last token is due.
 * @param value makes the body
 * @param steps how many tokens it takes one after the other
 * @param tokens how many tokens it has in all
 */
export function jsonAnswer(value: () => unknown, steps: number, tokens: number, schedule: Schedule): Reply {
  let endMs = schedule.firstMs;
  for (let at = 0; at < steps; at += 1) endMs = schedule.next();
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    headersMs: endMs,
    frames: [{ atMs: endMs, tokens, bytes: () => JSON.stringify(value()) }],
    tokens,
    ending: 'end',
  };
}
