import { answerRequest, type Endpoint, type EndpointRequest, proxyPasswords } from '../config/index.js';

/** What all requests to an endpoint for answers of one model have in common. */
export interface Prepared extends Omit<EndpointRequest, 'headers'> {
  /** For an answer that is streamed, and for one in one piece. */
  headers: Readonly<Record<'stream' | 'whole', Record<string, string>>>;
  /** As messages name it. */
  host: string;
  /** What errors must not repeat. */
  keys: readonly string[];
}

// Endpoints never change, and a load test sends thousands of requests to one.
const known = new WeakMap<Endpoint, Map<string, Prepared>>();

export function prepared(endpoint: Endpoint, model: string): Prepared {
  const models = known.get(endpoint) ?? new Map<string, Prepared>();
  known.set(endpoint, models);
  const made = models.get(model) ?? prepare(endpoint, model);
  models.set(model, made);
  return made;
}

function prepare(endpoint: Endpoint, model: string): Prepared {
  const request = answerRequest(endpoint, model);
  const accepting = (accept: string): Record<string, string> => ({
    'content-type': 'application/json',
    accept,
    'accept-encoding': 'identity',
    ...request.headers,
  });
  return {
    ...request,
    headers: { stream: accepting('text/event-stream'), whole: accepting('application/json') },
    host: new URL(request.url).host,
    keys: keysOf(endpoint),
  };
}

/** What errors must not repeat: the key, secrets of headers, parameters and body, and what a proxy on the way is given. */
export function keysOf({ apiKey, access }: Endpoint): string[] {
  const secrets = access.secrets.map((secret) => secret.reveal());
  return [...(apiKey === undefined ? [] : [apiKey.reveal()]), ...secrets, ...proxyPasswords(process.env)];
}
