import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errors.js';
import { ApiError } from './api-error.js';
import type { Clock } from './clock.js';
import { errorReply } from './reply.js';
import { readBody } from './request-body.js';
import { type Routed, route, type Surroundings } from './routes.js';
import { sendReply } from './send-reply.js';

/** One request and what became of it. Holds no content and no key. */
export interface ExchangeRecord {
  /** As in the header `x-request-id`. */
  requestId: string;
  method: string;
  path: string;
  /** Set for a chat completion that was understood. */
  model?: string;
  /** Set when headers were sent. */
  status?: number;
  /** Output tokens sent. */
  tokens: number;
  durationMs: number;
  /** False when the client hung up, or the simulator closed, before the end. */
  completed: boolean;
}

/** What an exchange reports while it runs. */
export interface ExchangeObserver {
  /** A chat completion begins to be answered; call what it returns when that is over. */
  onAnswer(): () => void;
  onTokens(count: number): void;
}

/** Answers one request. Never rejects; ends early when `signal` aborts. */
export async function serveExchange(
  request: IncomingMessage,
  response: ServerResponse,
  around: Surroundings,
  clock: Clock,
  signal: AbortSignal,
  observer: ExchangeObserver,
): Promise<ExchangeRecord> {
  const arrivedMs = clock.now();
  const { method = 'GET', url = '/' } = request;
  const path = url.split('?', 1)[0] ?? '/';
  const requestId = `req_${randomUUID().replaceAll('-', '')}`;
  response.setHeader('x-request-id', requestId);

  const { reply, model } = await replyTo(request, method, path, around);
  const readMs = clock.now();
  const over = model === undefined ? undefined : observer.onAnswer();
  let tokens = 0;
  let completed = false;
  try {
    await sendReply(response, reply, readMs, clock, signal, (count) => {
      tokens += count;
      observer.onTokens(count);
    });
    completed = true;
  } catch {
    // The client hung up or the simulator closes: nobody is left to be told.
    response.destroy();
  }
  over?.();
  return {
    requestId,
    method,
    path,
    ...(model !== undefined && { model }),
    ...(response.headersSent && { status: response.statusCode }),
    tokens,
    durationMs: clock.now() - arrivedMs,
    completed,
  };
}

/** Whatever is wrong with a request, or with us, becomes a reply. */
async function replyTo(
  request: IncomingMessage,
  method: string,
  path: string,
  around: Surroundings,
): Promise<Routed> {
  try {
    return route({ method, path, body: await readBody(request) }, around);
  } catch (error) {
    const refusal =
      error instanceof ApiError
        ? error
        : new ApiError(500, { message: `The simulator failed: ${messageOf(error)}` });
    return { reply: errorReply(refusal) };
  }
}
