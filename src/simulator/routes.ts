import { CONNECTION_CONFIRMED } from './answers/about.js';
import { ApiError } from './api-error.js';
import { chatReply } from './chat-reply.js';
import { parseChatRequest } from './chat-request.js';
import { completion, usageOf } from './completion.js';
import { ENDPOINT_NAMES, ENDPOINTS, type Endpoint } from './endpoints.js';
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

type Answer = (request: SimulatorRequest, around: Surroundings, parameter: string) => Routed;

const ANSWERS: Record<Endpoint['name'], Answer> = {
  chat({ body }, { timing, random }) {
    const request = parseChatRequest(body);
    const model = resolveModel(request.model);
    const reply = chatReply(request, model, timing, random());
    return { reply, model: request.model };
  },
  models: (_request, { startedS }) => ({
    reply: jsonReply(200, {
      object: 'list',
      data: MODELS.map(({ id, about }) => modelObject(id, about, startedS)),
    }),
  }),
  model(_request, { startedS }, parameter) {
    const { id, about } = resolveModel(parameter);
    return { reply: jsonReply(200, modelObject(id, about, startedS)) };
  },
  // The public RAI simulator's connection test: any body, or none.
  'connection-test': (_request, { startedS }) => ({ reply: jsonReply(200, connectionConfirmed(startedS)) }),
  health: (_request, { health }) => ({ reply: jsonReply(200, health()) }),
};

/**
 * The reply to a request.
 * @throws {ApiError} for a request that is refused.
 */
export function route(request: SimulatorRequest, around: Surroundings): Routed {
  const path =
    request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  const matching = ENDPOINTS.flatMap((candidate) => {
    const match = candidate.pattern.exec(path);
    return match === null ? [] : [{ candidate, parameter: decode(match[1] ?? '') }];
  });
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = matching.find(({ candidate }) => candidate.method === method);
  if (found !== undefined) return ANSWERS[found.candidate.name](request, around, found.parameter);

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
    message: `Invalid URL (${asked}). The simulator serves ${ENDPOINT_NAMES.join(', ')}.`,
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
