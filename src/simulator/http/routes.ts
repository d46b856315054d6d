import { isOwnHost } from '../../common/http/own-host.js';
import { percentDecoded } from '../../common/http/percent-decoded.js';
import { CONNECTION_CONFIRMED } from '../answers/about.js';
import { promptTokens } from '../chat/answer.js';
import { routeAnswer } from '../chat/answer-route.js';
import { completion, usageOf } from '../chat/completion.js';
import { jsonReply, type Reply, textReply } from '../chat/reply.js';
import { estimateTokens } from '../chat/tokens.js';
import { parseCountRequest } from '../formats/anthropic/request.js';
import { ANTHROPIC } from '../formats/anthropic.js';
import { CHAT_COMPLETIONS } from '../formats/chat-completions.js';
import { COMPLETIONS } from '../formats/completions.js';
import { embeddingsReply } from '../formats/embeddings.js';
import type { AnswerFormat } from '../formats/format.js';
import { RESPONSES } from '../formats/responses.js';
import { tokenizeReply } from '../formats/tokenize.js';
import { MODELS, resolveModel } from '../models.js';
import type { Recorder } from '../recordings/record-proxy.js';
import { showSettings } from '../settings/setting-rules.js';
import { ApiError } from './api-error.js';
import { ENDPOINT_NAMES, ENDPOINTS, type Endpoint } from './endpoints.js';
import type { SimulatorRequest, Surroundings } from './surroundings.js';

/** How a request is answered. `model` and `fault` are set for answers of a model. */
export type Routed =
  | { kind: 'reply'; reply: Reply; model?: string; fault?: string }
  | { kind: 'forward'; recorder: Recorder };

type Answer = (request: SimulatorRequest, around: Surroundings, parameter: string) => Routed;

const replyWith = (reply: Reply): Routed => ({ kind: 'reply', reply });
const ok = (value: unknown): Routed => replyWith(jsonReply(200, value));

const ANSWERS: Record<Endpoint['name'], Answer> = {
  chat: (request, around) =>
    around.recorder === undefined
      ? answerIn(CHAT_COMPLETIONS, request, around)
      : { kind: 'forward', recorder: around.recorder },
  responses: (request, around) => answerIn(RESPONSES, request, around),
  anthropic: (request, around) => answerIn(ANTHROPIC, request, around),
  'count-tokens': (request) =>
    inFormat(ANTHROPIC, () => ok({ input_tokens: promptTokens({ messages: parseCountRequest(request) }) })),
  completions: (request, around) => answerIn(COMPLETIONS, request, around),
  embeddings: ({ body }) => replyWith(embeddingsReply(body)),
  tokenize: ({ body }) => replyWith(tokenizeReply(body)),
  models: (_request, { startedS }) =>
    ok({ object: 'list', data: MODELS.map(({ id, about }) => modelObject(id, about, startedS)) }),
  model(_request, { startedS }, parameter) {
    const { id, about } = resolveModel(parameter);
    return ok(modelObject(id, about, startedS));
  },
  // The connection test of the public RAI simulator. It accepts any body, or none.
  'connection-test': (_request, { startedS }) => ok(connectionConfirmed(startedS)),
  health: (_request, { health }) => ok(health()),
  stats: (_request, { counters }) => ok(counters.report()),
  metrics: (_request, { counters }) =>
    replyWith(textReply(200, counters.prometheus(), 'text/plain; version=0.0.4; charset=utf-8')),
  settings(request, { settings }) {
    checkLocal(request);
    return ok(showSettings(settings.current));
  },
  change(request, { settings }) {
    checkLocal(request);
    settings.change(request.body);
    return ok(showSettings(settings.current));
  },
  // A client that keeps this request open still uses the simulator.
  hold(request) {
    checkLocal(request);
    return replyWith({
      ...textReply(200, 'held until you close the connection\n', 'text/plain'),
      ending: 'silence',
    });
  },
};

function answerIn(format: AnswerFormat, request: SimulatorRequest, around: Surroundings): Routed {
  return inFormat(format, () => ({ kind: 'reply', ...routeAnswer(request, around, format) }));
}

/** Writes a refusal in the request's own wire format. */
function inFormat(format: AnswerFormat, answer: () => Routed): Routed {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ApiError) return replyWith(format.refusal(error));
    throw error;
  }
}

/** Allows only programs on this machine, and no web page, to read or change the settings. */
function checkLocal({ peer, headers }: SimulatorRequest): void {
  const local = /^(?:::ffff:)?127\.|^::1$/.test(peer) && isOwnHost(headers.host);
  if (local && headers.origin === undefined) return;
  throw new ApiError(403, {
    message:
      'Use http://localhost: paths below /admin are for programs on this machine, and not for web pages.',
    code: 'not_local',
  });
}

/**
 * Matches the path prefixes of other providers, because their official clients add them: Groq (`/openai/v1`), OpenRouter
 * (`/api/v1`), Azure (`/openai/deployments/NAME`).
 */
const PREFIX = /^\/(?:openai\/deployments\/[^/]+(?=\/)|(?:openai|api)(?=\/v1\/))/;

/**
 * Returns the reply to a request.
 * @throws {ApiError} when the request is refused
 */
export function route(request: SimulatorRequest, around: Surroundings): Routed {
  const path =
    request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  const matching = ENDPOINTS.flatMap((candidate) => {
    const match = candidate.pattern.exec(path.replace(PREFIX, ''));
    return match === null ? [] : [{ candidate, parameter: percentDecoded(match[1] ?? '') }];
  });
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = matching.find(({ candidate }) => candidate.method === method);
  if (found !== undefined) return ANSWERS[found.candidate.name](request, around, found.parameter);

  const requested = `${request.method} ${path.slice(0, 200)}`;
  if (matching.length > 0) {
    const allowed = matching.map(({ candidate }) => candidate.method).join(', ');
    throw new ApiError(
      405,
      { message: `Not allowed: ${requested}. This URL accepts ${allowed}.`, code: 'method_not_supported' },
      { allow: allowed },
    );
  }
  throw new ApiError(404, {
    message: `Invalid URL (${requested}). The simulator serves ${ENDPOINT_NAMES.join(', ')}.`,
    code: 'unknown_url',
  });
}

function modelObject(id: string, about: string, created: number): unknown {
  return { id, object: 'model', created, owned_by: 'vastar-tui', description: about };
}

function connectionConfirmed(startedS: number): unknown {
  const identity = { id: 'chatcmpl-connection-test', created: startedS, model: 'simulator' };
  const usage = usageOf(0, estimateTokens(CONNECTION_CONFIRMED));
  const choice = {
    reasoning: '',
    text: CONNECTION_CONFIRMED,
    calls: [],
    logprobs: null,
    finishReason: 'stop',
  } as const;
  return completion(identity, [choice], usage);
}
