import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../common/errors.js';
import { errorReply } from '../chat/reply.js';
import type { Clock } from '../timing/clock.js';
import { ApiError } from './api-error.js';
import type { ExchangeRecord } from './exchange-record.js';
import { readBody } from './request-body.js';
import { type Routed, route } from './routes.js';
import { sendReply } from './send-reply.js';
import type { SimulatorRequest, Surroundings } from './surroundings.js';
import { pageHeaders, preflightReply } from './web-pages.js';

/** Answers one request. Never rejects, and ends early when `signal` is aborted. */
export async function serveExchange(
  request: IncomingMessage,
  response: ServerResponse,
  around: Surroundings,
  clock: Clock,
  signal: AbortSignal,
): Promise<ExchangeRecord> {
  const arrivedMs = clock.now();
  const record: ExchangeRecord = {
    startedAtMs: Date.now(),
    requestId: `req_${randomUUID().replaceAll('-', '')}`,
    method: request.method ?? 'GET',
    path: pathOf(request.url ?? '/'),
    tokens: 0,
    durationMs: 0,
    latestMs: 0,
    completed: false,
  };
  response.setHeader('x-request-id', record.requestId);
  for (const [name, value] of pageHeaders({ path: record.path, headers: request.headers }))
    response.setHeader(name, value);

  const read = await readRequest(request, record);
  const readMs = clock.now();
  const routed = read instanceof ApiError ? refused(read) : routeSafely(read, around);
  const isAnswer = routed.kind === 'forward' || routed.model !== undefined;
  const over = isAnswer ? around.counters.onAnswer() : undefined;
  const play = ({ reply }: Extract<Routed, { kind: 'reply' }>): Promise<void> =>
    sendReply(response, reply, readMs, clock, signal, (tokens, lateMs) => {
      if (tokens > 0 && record.firstTokenMs === undefined) record.firstTokenMs = clock.now() - arrivedMs;
      record.tokens += tokens;
      record.latestMs = Math.max(record.latestMs, lateMs);
      around.counters.onSent(tokens, lateMs);
    });
  try {
    if (routed.kind === 'reply') {
      if (routed.model !== undefined) record.model = routed.model;
      if (routed.fault !== undefined) record.fault = routed.fault;
      await play(routed);
    } else if (!(read instanceof ApiError)) {
      await routed.recorder.forward(read, response, signal).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        return play(refused(error));
      });
    }
    record.completed = true;
  } catch {
    // The client has closed the connection, or the simulator is closing: no response is possible.
    response.destroy();
  }
  over?.();
  if (response.headersSent) record.status = response.statusCode;
  record.durationMs = clock.now() - arrivedMs;
  return record;
}

/** Returns the path of a request's target, which may be a whole URL (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] || '/';
}

async function readRequest(
  request: IncomingMessage,
  { method, path }: ExchangeRecord,
): Promise<SimulatorRequest | ApiError> {
  const { headers, socket } = request;
  try {
    return { method, path, headers, peer: socket.remoteAddress ?? '', body: await readBody(request) };
  } catch (error) {
    return toApiError(error);
  }
}

/** Turns errors of the request, and bugs of the simulator, into a reply. */
function routeSafely(request: SimulatorRequest, around: Surroundings): Routed {
  try {
    const preflight = preflightReply(request);
    return preflight === undefined ? route(request, around) : { kind: 'reply', reply: preflight };
  } catch (error) {
    return refused(toApiError(error));
  }
}

function refused(error: ApiError): Extract<Routed, { kind: 'reply' }> {
  return { kind: 'reply', reply: errorReply(error) };
}

function toApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError(500, { message: `The simulator failed: ${messageOf(error)}` });
}
