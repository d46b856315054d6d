import { WIRE_FORMATS, type WireFormat } from '../../common/chat/wire-formats.js';
import { ConnectorException } from '../../common/errors.js';
import { parseJson } from '../../common/json.js';
import type { Access, Endpoint } from '../../config/endpoints/endpoint.js';
import { ANTHROPIC_HEADERS } from '../../config/endpoints/endpoint-access.js';
import { answerRequest, modelsRequest, ROUTES } from '../../config/endpoints/endpoint-request.js';
import { endpointUrl } from '../../config/endpoints/endpoint-url.js';
import { Secret } from '../../config/secret.js';
import { HTTPResponseHelper, type RuntimeClient } from '../../sdk/index.js';
import { identityOf } from '../client-certificate.js';
import { modelIdsIn } from '../models.js';

/** Further requests to the endpoint's origin that find settings that work. */
export interface Probes {
  /** Returns the models that the endpoint lists; undefined when there is no list. */
  models(): Promise<string[] | undefined>;
  /** Returns another `auth` setting with which the endpoint returns its list of models. */
  acceptedAuth(): Promise<string | undefined>;
  /** Returns a base address on the same host that has a list of models. */
  workingBase(): Promise<string | undefined>;
  /** Whether the endpoint returns its list of models with this query. */
  worksWith(query: Access['query']): Promise<boolean>;
  /** Returns another wire format that the server answers in. */
  spokenApi(): Promise<WireFormat | undefined>;
}

const LIMIT_MS = 10_000;
/** No retries. The circuit breaker neither refuses a test's requests nor counts their failures. */
export const ONCE = { maxAttempts: 1, circuit: false } as const;

/** @param ask Sends a question and returns whether the server understood the request's form. */
export function createProbes(
  client: RuntimeClient,
  endpoint: Endpoint,
  ask: (endpoint: Endpoint) => Promise<boolean>,
  options: { signal?: AbortSignal },
): Probes {
  const { apiKey, access, baseUrl } = endpoint;

  const modelsAt = async (url: string | undefined, from: Endpoint): Promise<string[] | undefined> => {
    if (url === undefined) return undefined;
    const { headers } = answerRequest(from);
    try {
      const identity = await identityOf(endpoint);
      const timeoutMs = Math.min(endpoint.timeoutMs, LIMIT_MS);
      const request = { method: 'GET', url, headers, timeoutMs, policy: ONCE, ...identity };
      const response = await client.executeHTTP(request, options);
      if (!HTTPResponseHelper.is2xx(response)) return undefined;
      return modelIdsIn(parseJson(HTTPResponseHelper.getBodyAsString(response)));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof ConnectorException) return undefined;
      throw error;
    }
  };
  const modelsOf = (from: Endpoint): Promise<string[] | undefined> =>
    modelsAt(modelsRequest(from)?.url, from);
  const withAccess = (change: Partial<Access>): Endpoint => ({
    ...endpoint,
    access: { ...access, ...change },
  });

  return {
    models: () => modelsOf(endpoint),
    async acceptedAuth() {
      // A public list of models proves nothing about the key or its header.
      if (apiKey === undefined || (await modelsOf(endpoint)) !== undefined) return undefined;
      for (const auth of ['bearer', 'api-key', 'x-api-key', 'basic']) {
        if (auth !== access.auth && (await modelsOf(withAccess({ auth }))) !== undefined) return auth;
      }
      return undefined;
    },
    async workingBase() {
      const { origin, pathname } = new URL(baseUrl);
      const written = pathname.replace(/\/+$/, '');
      for (const path of ['/v1', '/api/v1', '/openai/v1', '/v1beta/openai', `${written}/v1`]) {
        const base = `${origin}${path}`;
        if ((await modelsAt(endpointUrl(base, 'models'), endpoint)) !== undefined) return base;
      }
      return undefined;
    },
    worksWith: async (query) => (await modelsOf(withAccess({ query }))) !== undefined,
    async spokenApi() {
      // Some servers give the same answer for any route, even a missing one. Such answers prove nothing.
      const nowhere = { url: `${new URL(baseUrl).origin}/no-such-route/${ROUTES[access.api]}` };
      if (await ask(withAccess(nowhere))) return undefined;
      for (const api of WIRE_FORMATS) {
        if (api !== access.api && (await ask(inApi(withAccess({ api }), access.api)))) return api;
      }
      return undefined;
    },
  };
}

/** Adapts route, headers and authentication to the endpoint's new wire format. @param before the old wire format */
function inApi(endpoint: Endpoint, before: WireFormat): Endpoint {
  const { access } = endpoint;
  const url = access.url?.replace(new RegExp(`${ROUTES[before]}$`), ROUTES[access.api]);
  const native = access.api === 'anthropic';
  const headers = new Map(access.headers);
  if (native) {
    for (const [name, value] of Object.entries(ANTHROPIC_HEADERS)) headers.set(name, new Secret(value));
  }
  const auth = native && access.auth === 'bearer' ? 'x-api-key' : access.auth;
  return { ...endpoint, access: { ...access, auth, headers, ...(url !== undefined && { url }) } };
}

/** Returns the wire format whose route ends the `url`; undefined when none does. */
export function apiOfUrl(url: string | undefined): WireFormat | undefined {
  return WIRE_FORMATS.find((api) => url !== undefined && new URL(url).pathname.endsWith(`/${ROUTES[api]}`));
}
