import type { Endpoint } from '../config/endpoints/endpoint.js';
import { answerRequest, type EndpointRequest } from '../config/endpoints/endpoint-request.js';
import { proxyPasswords } from '../config/endpoints/proxy-passwords.js';
import type { AnswerContext } from '../sdk/index.js';

/** The parts that all requests for one model's answers share. */
export interface Prepared extends Omit<EndpointRequest, 'headers'> {
  /** Headers for a streamed answer and for an answer in one piece. */
  headers: Readonly<Record<'stream' | 'whole', Record<string, string>>>;
  /** The host's name in messages. */
  host: string;
  path: string;
  /** Secrets that errors must not repeat. */
  keys: readonly string[];
}

// Endpoints are immutable, and a load test sends thousands of requests to one endpoint.
const known = new WeakMap<Endpoint, Map<string, Prepared>>();

/**
 * Returns the parts that all requests to an endpoint for a model share. They are made once for each endpoint and model.
 */
export function prepared(endpoint: Endpoint, model: string): Prepared {
  const models = known.get(endpoint) ?? new Map<string, Prepared>();
  known.set(endpoint, models);
  const made = models.get(model) ?? prepare(endpoint, model);
  models.set(model, made);
  return made;
}

function prepare(endpoint: Endpoint, model: string): Prepared {
  const request = answerRequest(endpoint, model);
  const { host, pathname } = new URL(request.url);
  const accepting = (accept: string): Record<string, string> => ({
    'content-type': 'application/json',
    accept,
    'accept-encoding': 'identity',
    ...request.headers,
  });
  return {
    ...request,
    headers: { stream: accepting('text/event-stream'), whole: accepting('application/json') },
    host,
    path: pathname,
    keys: keysOf(endpoint),
  };
}

/**
 * Returns the secrets that errors must not repeat: key, secret headers, parameters and members, and proxy passwords.
 */
export function keysOf({ apiKey, access }: Endpoint): string[] {
  const secrets = access.secrets.map((secret) => secret.reveal());
  return [...(apiKey === undefined ? [] : [apiKey.reveal()]), ...secrets, ...proxyPasswords(process.env)];
}

/** Returns what an answer's reader knows about its endpoint and request. */
export function contextOf(
  { access }: Endpoint,
  { host, path, keys }: Prepared,
  settings: ReadonlyMap<string, string>,
): AnswerContext {
  return { source: host, path, keys, settings, format: access.api, thinkingTags: access.thinkingTags };
}
