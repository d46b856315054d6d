import type { ApiError } from '../http/api-error.js';
import type { Schedule } from '../timing/timing.js';

/** A piece of a response that is sent at one time. */
export interface Frame {
  /** When the frame is due, in milliseconds since the request was read. */
  atMs: number;
  /** The number of output tokens in the frame. */
  tokens: number;
  /** Returns the bytes. Called only when the frame is due, so that a long answer's cost is spread over its length. */
  bytes(): string | Uint8Array;
  /** Set for a frame that is never written together with other frames, even if it is late. */
  alone?: true;
}

/** A response with the times of its pieces and its ending. A fault is a function from one reply to another. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** When the headers are due, in milliseconds since the request was read; `never`: no response is sent. */
  headersMs: number | 'never';
  /** Iterated once. Each frame is created when the one before it has been sent. */
  frames: Iterable<Frame>;
  /** Output tokens in all frames. */
  tokens: number;
  /** What happens after the frames: the body ends, the connection is reset, or it stays open without further bytes. */
  ending: 'end' | 'reset' | 'silence';
  /** Set when the simulator must not add other headers to `headers`. */
  recorded?: true;
}

/** Returns a reply with a text body that is sent at once. */
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

/** Returns a reply with a JSON body that is sent at once. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return textReply(status, JSON.stringify(value), 'application/json', headers);
}

/** Returns the reply to a refused request. */
export function errorReply(error: ApiError): Reply {
  return jsonReply(error.status, error.body, error.headers);
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const;

/** Returns a reply with streaming. @param tokens the number of tokens of all choices */
export function streamedAnswer(frames: Iterable<Frame>, tokens: number, { headersMs }: Schedule): Reply {
  return { status: 200, headers: STREAM_HEADERS, headersMs, frames, tokens, ending: 'end' };
}

/**
 * Returns a reply without streaming, sent when the last token is due.
 * @param value returns the body
 * @param steps how many tokens are generated one after the other
 * @param tokens the number of tokens of all choices
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
