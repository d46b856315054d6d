import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { StreamEvent } from '../sdk/index.js';
import { runExchange } from './exchange.js';
import type { ChatAnswer, HttpStreamer } from './types.js';

const BODY = Buffer.from(
  [
    '{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"}}]}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
    '[DONE]',
  ]
    .map((data) => `data: ${data}\n\n`)
    .join(''),
);

/** Answers each request with a small built-in response, and sends nothing. */
const builtIn: HttpStreamer = {
  async connect() {},
  async streamHTTP(_request, { onEvent } = {}) {
    const atMs = performance.now();
    const timings = { reused: false, attempts: 1 };
    const headers = { 'content-type': 'text/event-stream' };
    const start: StreamEvent = { type: 'start', statusCode: 200, headers, timings, buffered: false, atMs };
    await onEvent?.(start);
    await onEvent?.({ type: 'chunk', data: BODY, sequence: 0, offsetUs: 0, atMs });
    return { outcome: 'complete', requestId: 0, bytes: BODY.length, durationUs: 0, timings, buffered: false };
  },
};

/** Runs an exchange with a built-in response, so that Node compiles the code before the first real one. */
export function rehearse(endpoint: Endpoint): Promise<ChatAnswer> {
  const messages = [{ role: 'user', content: 'a' }] as const;
  return runExchange(builtIn, endpoint, 0, messages, {
    stream: true,
    onEvent(event) {
      // The chat reads the headers, which hides secrets in them.
      if (event.type === 'headers') event.headers;
    },
  });
}
