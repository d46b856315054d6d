import { CONNECTION_CONFIRMED } from './answers/about.js';
import { ApiError } from './api-error.js';
import { chatReply } from './chat-reply.js';
import { parseChatRequest } from './chat-request.js';
import { completion, usageOf } from './completion.js';
import { MODELS, resolveModel } from './models.js';
import type { Random } from './random.js';
import { jsonReply, type Reply } from './reply.js';
import type { Timing } from './timing.js';
import { estimateTokens } from './tokens.js';

/** A request whose body has been read. */
export interface SimulatorRequest {
  method: string;
  /** Without the query. */
  path: string;
  body: string;
}

/** What the answers depend on besides the request. */
export interface Surroundings {
  timing: Timing;
  /** A source of numbers for the next answer. */
  random(): Random;
  /** Unix time in seconds at which the simulator started; every model was "created" then. */
  startedS: number;
  /** The body of `GET /health`. */
  health(): unknown;
}

/** A reply, and what the request was for. */
export interface Routed {
  reply: Reply;
  /** Set for a chat completion. */
  model?: string;
}

interface Route {
  method: 'GET' | 'POST';
  /** As the help shows it. */
  path: string;
  pattern: RegExp;
  answer(request: SimulatorRequest, around: Surroundings, parameter: string): Routed;
}

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/chat/completions',
    pattern: /^(?:\/v1)?\/chat\/completions$/,
    answer({ body }, { timing, random }) {
      const request = parseChatRequest(body);
      const model = resolveModel(request.model);
      const reply = chatReply(request, model, timing, random());
      return { reply, model: request.model };
    },
  },
  {
    method: 'GET',
    path: '/v1/models',
    pattern: /^(?:\/v1)?\/models$/,
    answer: (_request, { startedS }) => ({
      reply: jsonReply(200, {
        object: 'list',
        data: MODELS.map(({ id, about }) => modelObject(id, about, startedS)),
      }),
    }),
  },
  {
    method: 'GET',
    path: '/v1/models/{model}',
    pattern: /^(?:\/v1)?\/models\/(.+)$/,
    answer(_request, { startedS }, parameter) {
      const { id, about } = resolveModel(parameter);
      return { reply: jsonReply(200, modelObject(id, about, startedS)) };
    },
  },
  {
    // The public RAI simulator's connection test: any body, or none.
    method: 'POST',
    path: '/test_completion',
    pattern: /^\/test_completion$/,
    answer: (_request, { startedS }) => ({ reply: jsonReply(200, connectionConfirmed(startedS)) }),
  },
  {
    method: 'GET',
    path: '/health',
    pattern: /^\/health$/,
    answer: (_request, { health }) => ({ reply: jsonReply(200, health()) }),
  },
];

/** The endpoints, as a help text lists them. */
export const ENDPOINTS: readonly string[] = ROUTES.map(({ method, path }) => `${method} ${path}`);

/**
 * The reply to a request.
 * @throws {ApiError} for a request that is refused.
 */
export function route(request: SimulatorRequest, around: Surroundings): Routed {
  const path =
    request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  const matching = ROUTES.flatMap((candidate) => {
    const match = candidate.pattern.exec(path);
    return match === null ? [] : [{ candidate, parameter: decode(match[1] ?? '') }];
  });
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = matching.find(({ candidate }) => candidate.method === method);
  if (found !== undefined) return found.candidate.answer(request, around, found.parameter);

  const asked = `${request.method} ${path.slice(0, 200)}`;
  if (matching.length > 0) {
    const allowed = matching.map(({ candidate }) => candidate.method).join(', ');
    throw new ApiError(
      405,
      { message: `Not allowed: ${asked}. This URL takes ${allowed}.`, code: 'method_not_supported' },
      { allow: allowed },
    );
  }
  throw new ApiError(404, {
    message: `Invalid URL (${asked}). The simulator serves ${ENDPOINTS.join(', ')}.`,
    code: 'unknown_url',
  });
}

function modelObject(id: string, about: string, created: number): unknown {
  return { id, object: 'model', created, owned_by: 'vastar-tui', description: about };
}

function connectionConfirmed(startedS: number): unknown {
  const identity = { id: 'chatcmpl-connection-test', created: startedS, model: 'simulator' };
  const usage = usageOf(0, estimateTokens(CONNECTION_CONFIRMED));
  return completion(identity, CONNECTION_CONFIRMED, 'stop', usage);
}

function decode(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}
