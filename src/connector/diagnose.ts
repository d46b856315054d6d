import { ConnectorException } from '../common/errors.js';
import { answerRequest, closestTo, type Endpoint, endpointUrl, modelsRequest } from '../config/index.js';
import { HTTPResponseHelper, type RuntimeClient } from '../sdk/index.js';
import { parseJson } from '../sdk/json.js';
import { runExchange } from './exchange.js';
import { modelIdsIn } from './models.js';
import type { ChatAnswer } from './types.js';

/** What keeps an endpoint from answering. */
type Fault =
  | 'not configured'
  | 'refused'
  | 'name'
  | 'certificate'
  | 'client certificate'
  | 'network'
  | 'no http'
  | 'redirect'
  | 'web page'
  | 'key'
  | 'authentication'
  | 'api-version'
  | 'model'
  | 'path'
  | 'other';

/** What one question to an endpoint found. */
export type Diagnosis =
  | { works: true; detail: string }
  /** `advice`: what to do. */
  | { works: false; fault: Fault; detail: string; advice: string };

const QUESTION = [{ role: 'user', content: 'Answer with the word OK.' }] as const;

/**
 * Asks the endpoint one short question, which costs a few tokens, and says what is wrong where no answer comes. Further
 * requests look for the right authentication or path, at the same origin. Never rejects but by `signal`.
 */
export async function diagnose(
  client: RuntimeClient,
  endpoint: Endpoint,
  options: { signal?: AbortSignal } = {},
): Promise<Diagnosis> {
  const enough = new AbortController();
  const signals = options.signal === undefined ? [enough.signal] : [enough.signal, options.signal];
  const answer = await runExchange(client, endpoint, 0, QUESTION, {
    stream: true,
    signal: AbortSignal.any(signals),
    onDelta: () => enough.abort(),
  });
  options.signal?.throwIfAborted();
  const worked = answer.outcome === 'complete' || enough.signal.aborted;
  if (worked) return { works: true, detail: `${answer.model ?? endpoint.model} answers` };
  return explain(client, endpoint, answer, options);
}

async function explain(
  client: RuntimeClient,
  endpoint: Endpoint,
  { error, outcome }: ChatAnswer,
  options: { signal?: AbortSignal },
): Promise<Diagnosis> {
  const detail = error?.message ?? `the answer ended as ${outcome}`;
  const fault = (name: Fault, advice: string): Diagnosis => ({ works: false, fault: name, detail, advice });
  if (endpoint.problem !== undefined) return fault('not configured', 'set what is missing');
  if (error === undefined) return fault('other', 'try again');
  const byConnection = connectionFault(error);
  if (byConnection !== undefined) return fault(...byConnection);
  const { statusCode = 0 } = error;
  if (statusCode >= 300 && statusCode < 400)
    return fault('redirect', 'set base_url to the address that it points to; a POST is not sent on');
  if (/ with a web page/.test(detail))
    return fault(
      'web page',
      'set base_url to the address of the API, often the same host with /v1 or /api/v1',
    );
  const lacksVersion = wantsApiVersion(endpoint, detail);
  if (statusCode === 401 || statusCode === 403) {
    const style = await acceptedAuth(client, endpoint, options);
    return style === undefined
      ? fault(
          'key',
          endpoint.apiKey === undefined ? 'set api_key' : 'check api_key: it may be of another account',
        )
      : fault('authentication', `set auth: ${style}`);
  }
  if (lacksVersion)
    return fault('api-version', 'set query: { api-version: "2024-10-21" }, or provider: azure');
  if (statusCode === 404 || statusCode === 400 || statusCode === 405 || statusCode === 422) {
    const models = await modelsAt(client, endpoint, modelsRequest(endpoint)?.url, options);
    const unknown = models !== undefined && !models.includes(endpoint.model);
    if (unknown || /\b(model|deployment)\b.*\b(not|unknown|exist|invalid)/i.test(detail)) {
      const near = closestTo(endpoint.model, models ?? []);
      const offered = near ?? models?.slice(0, 3).join(', ') ?? '';
      return fault('model', offered === '' ? 'check the name of the model' : `set model, e.g. ${offered}`);
    }
    if (statusCode === 404 || statusCode === 405) {
      const base = await workingBase(client, endpoint, options);
      return fault('path', base === undefined ? 'check the path of base_url' : `set base_url: ${base}`);
    }
  }
  return fault('other', 'read what the provider says');
}

function connectionFault({ message, hop }: ConnectorException): [Fault, string] | undefined {
  // With TLS 1.3 the server refuses after the handshake, and its reason is mostly lost with the connection.
  if (
    /^https:\S+ (closed|reset) the .* before it answered|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(message)
  ) {
    const advice =
      'the server closes TLS connections without an answer, as one does that demands a client certificate: reach it through a proxy that has one';
    return ['client certificate', advice];
  }
  if (/ECONNREFUSED/.test(message)) return ['refused', 'start the server there, or correct host and port'];
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return ['name', 'correct the host in base_url'];
  if (/did not answer in HTTP/.test(message))
    return /speaks TLS/.test(message)
      ? ['no http', 'begin base_url with https:']
      : ['no http', 'correct host and port of base_url: what listens there is no web server'];
  if (/no trusted connection/.test(message))
    return /wrong version number|ERR_SSL/i.test(message)
      ? ['certificate', 'if that port speaks no TLS, begin base_url with http:']
      : ['certificate', 'start the daemon with --ca FILE, where the certificate is one of your own'];
  return hop === 'network' ? ['network', 'check the network, and host and port of base_url'] : undefined;
}

/** Azure answers a request without its version as if there were no such resource. */
function wantsApiVersion(endpoint: Endpoint, detail: string): boolean {
  const { url } = answerRequest(endpoint);
  const { hostname, pathname, searchParams } = new URL(url);
  if (searchParams.has('api-version')) return false;
  return (
    /api-version/i.test(detail) || /\.azure\.com$/.test(hostname) || pathname.includes('/openai/deployments/')
  );
}

/** Another way to send the key that the list of models takes. */
async function acceptedAuth(
  client: RuntimeClient,
  endpoint: Endpoint,
  options: { signal?: AbortSignal },
): Promise<string | undefined> {
  const { apiKey, access } = endpoint;
  if (apiKey === undefined) return undefined;
  for (const auth of ['bearer', 'api-key', 'x-api-key', 'basic']) {
    if (auth === access.auth) continue;
    const other = { ...endpoint, access: { ...access, auth } };
    if ((await modelsAt(client, other, modelsRequest(other)?.url, options)) !== undefined) return auth;
  }
  return undefined;
}

/** A base address on the same host below which there is a list of models. */
async function workingBase(
  client: RuntimeClient,
  endpoint: Endpoint,
  options: { signal?: AbortSignal },
): Promise<string | undefined> {
  const { origin } = new URL(endpoint.baseUrl);
  const written = new URL(endpoint.baseUrl).pathname.replace(/\/+$/, '');
  for (const path of ['/v1', '/api/v1', '/openai/v1', '/v1beta/openai', `${written}/v1`]) {
    const base = `${origin}${path}`;
    if ((await modelsAt(client, endpoint, endpointUrl(base, 'models'), options)) !== undefined) return base;
  }
  return undefined;
}

/** The models listed at an address of the endpoint's own origin; undefined where there is no list. */
async function modelsAt(
  client: RuntimeClient,
  endpoint: Endpoint,
  url: string | undefined,
  options: { signal?: AbortSignal },
): Promise<string[] | undefined> {
  if (url === undefined) return undefined;
  const { headers } = answerRequest(endpoint);
  try {
    const request = { method: 'GET', url, headers, timeoutMs: Math.min(endpoint.timeoutMs, 10_000) };
    const response = await client.executeHTTP(request, options);
    if (!HTTPResponseHelper.is2xx(response)) return undefined;
    return modelIdsIn(parseJson(HTTPResponseHelper.getBodyAsString(response)));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ConnectorException) return undefined;
    throw error;
  }
}
