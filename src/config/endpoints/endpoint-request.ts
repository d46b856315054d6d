import type { WireFormat } from '../../common/chat/wire-formats.js';
import type { Endpoint } from './endpoint.js';
import { below, endpointUrl, isVersioned, originOf, withoutRoute } from './endpoint-url.js';
import { type Provider, providerOf } from './providers.js';

/** The address and headers of one request. */
export interface EndpointRequest {
  /** The address with the query, which can contain secrets: use it only to send the request. */
  url: string;
  /** The address in a form that is safe to show and save. */
  shownUrl: string;
  headers: Record<string, string>;
}

/** The path of each wire format below the base address. */
export const ROUTES: Readonly<Record<WireFormat, string>> = {
  'chat-completions': 'chat/completions',
  responses: 'responses',
  anthropic: 'messages',
};

/** Returns the request for an answer from `model`, without its body. */
export function answerRequest(endpoint: Endpoint, model = endpoint.model): EndpointRequest {
  const { url, api } = endpoint.access;
  return requestTo(endpoint, url ?? addressBelow(endpoint, ROUTES[api]), model);
}

/** Returns the request for the list of models; undefined when the provider has no list or its address is unknown. */
export function modelsRequest(endpoint: Endpoint): EndpointRequest | undefined {
  const url = modelsUrl(endpoint);
  return url === undefined ? undefined : requestTo(endpoint, url, endpoint.model);
}

/**
 * Returns the request for the server's metrics page, `url` or else the endpoint's own; undefined without one. Only a
 * page at the endpoint's own origin gets its key and headers.
 */
export function metricsRequest(
  endpoint: Endpoint,
  url = endpoint.access.metricsUrl,
): Pick<EndpointRequest, 'url' | 'headers'> | undefined {
  if (url === undefined) return undefined;
  const own = originOf(endpoint.access.url ?? endpoint.baseUrl) === originOf(url);
  return { url, headers: own ? headersOf(endpoint) : {} };
}

function modelsUrl(endpoint: Endpoint): string | undefined {
  const { url, provider } = endpoint.access;
  const path = providerOf(provider)?.modelsPath;
  if (path === null) return undefined;
  const own = url ?? endpoint.baseUrl;
  if (path !== undefined && !isVersioned(own)) return new URL(path, own).href;
  if (url === undefined) return addressBelow(endpoint, 'models');
  const root = withoutRoute(url);
  return root === undefined ? undefined : below(root, 'models');
}

/** Returns the address of a route. A preset has the path before it. Without one, an address without a version gets `/v1`. */
function addressBelow({ baseUrl, access }: Endpoint, path: string): string {
  const preset = providerOf(access.provider);
  if (preset === undefined) return endpointUrl(baseUrl, path);
  const base = withoutRoute(baseUrl) ?? baseUrl;
  const { origin, pathname } = new URL(base);
  const documented = pathOf(preset, access.api);
  // Anthropic's packages add /v1 to the address that providers document for them.
  const isDocumented = pathname === '/' || (access.api === 'anthropic' && `${pathname}/v1` === documented);
  return below(isDocumented ? `${origin}${documented}` : base, path);
}

function pathOf({ baseUrl, apiPaths }: Provider, api: WireFormat): string {
  return apiPaths?.[api] ?? baseUrl.replace(/^https?:\/\/[^/]+/, '');
}

function requestTo(endpoint: Endpoint, address: string, model: string): EndpointRequest {
  const { access } = endpoint;
  // `URL` percent-encodes braces in a path.
  const url = new URL(address.replace(/\{model\}|%7Bmodel%7D/gi, encodeURIComponent(model)));
  const preset = providerOf(access.provider);
  if (preset?.query !== undefined && !isVersioned(address)) {
    for (const [name, value] of Object.entries(preset.query)) url.searchParams.set(name, value);
  }
  const shown = new URL(url);
  const secrets = new Set(access.secrets.map((secret) => secret.reveal()));
  for (const [name, secret] of access.query) {
    const value = secret.reveal();
    url.searchParams.set(name, value);
    shown.searchParams.set(name, secrets.has(value) ? 'hidden' : value);
  }
  return { url: url.href, shownUrl: shown.href, headers: headersOf(endpoint) };
}

function headersOf({ apiKey, access }: Endpoint): Record<string, string> {
  const key = apiKey?.reveal();
  const own = [...access.headers].map(([name, value]): [string, string] => [name, value.reveal()]);
  return { ...(key !== undefined && authentication(access.auth, key)), ...Object.fromEntries(own) };
}

function authentication(auth: string, key: string): Record<string, string> {
  switch (auth) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${key}` };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(key).toString('base64')}` };
    default:
      return { [auth.toLowerCase()]: key };
  }
}
