import type { Endpoint } from './endpoint.js';
import { answerRequest } from './endpoint-request.js';
import { OPENAI_ORIGIN } from './endpoint-url.js';
import { PROVIDER_NAMES, PROVIDERS, type Provider, type ProviderName, providerOf } from './providers.js';

/** A difference between an endpoint and its provider's documentation. */
export interface PresetRemark {
  detail: string;
  advice: string;
}

/** The beginnings of providers' keys, longer ones first. */
const KEY_STARTS: readonly (readonly [start: string, owner: string])[] = [
  ...PROVIDER_NAMES.flatMap((name) =>
    (providerOf(name)?.keyStarts ?? []).map((start) => [start, name] as const),
  ),
  ['sk-proj-', 'openai'] as const,
  ['sk-svcacct-', 'openai'] as const,
].sort(([a], [b]) => b.length - a.length);

/** Compares an endpoint with the preset of its provider, or of the provider whose host it has. */
export function presetRemarks(endpoint: Endpoint): readonly PresetRemark[] {
  const owner = ownerOf(endpoint);
  const keys = owner === undefined ? [] : keyRemarks(endpoint, owner);
  if (owner === undefined || owner === 'openai') return keys;
  // Gateways and private servers may use any paths.
  const address = hasHostOf(endpoint, owner) ? addressRemarks(endpoint, owner) : [];
  return [...address, ...authRemarks(endpoint, owner), ...keys];
}

/** Returns the provider of the endpoint's API, if its preset or host shows it. */
function ownerOf(endpoint: Endpoint): ProviderName | 'openai' | undefined {
  const { provider } = endpoint.access;
  if (provider !== undefined) return provider;
  if (addressOf(endpoint).origin === OPENAI_ORIGIN) return 'openai';
  return PROVIDER_NAMES.find((name) => hasHostOf(endpoint, name));
}

function hasHostOf(endpoint: Endpoint, owner: ProviderName): boolean {
  const { hostname } = addressOf(endpoint);
  const preset: Provider = PROVIDERS[owner];
  if (preset.hosts?.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host)))
    return true;
  return hostname !== 'localhost' && hostname === new URL(preset.baseUrl).hostname;
}

function addressOf({ access, baseUrl }: Endpoint): URL {
  return new URL(access.url ?? baseUrl);
}

function addressRemarks(endpoint: Endpoint, owner: ProviderName): PresetRemark[] {
  const preset: Provider = PROVIDERS[owner];
  const { url: _exact, ...access } = endpoint.access;
  const documented = {
    ...endpoint,
    access: { ...access, provider: owner },
    baseUrl: addressOf(endpoint).origin,
  };
  const right = new URL(answerRequest(documented).url);
  const own = new URL(answerRequest(endpoint).url);
  const paths = [
    right.pathname,
    ...(preset.otherPaths ?? []).map((path) => `${path}/${routeOf(right.pathname)}`),
  ];
  const remarks: PresetRemark[] = [];
  if (!paths.includes(own.pathname)) {
    remarks.push({
      detail: `requests go to ${own.pathname}; ${owner} documents ${paths.join(' and ')}`,
      advice: `set provider: ${owner}, and base_url without a path (${preset.docs})`,
    });
  }
  const versioned = own.pathname !== right.pathname;
  for (const name of Object.keys(preset.query ?? {})) {
    if (versioned || own.searchParams.has(name)) continue;
    remarks.push({
      detail: `the query has no ${name}, which ${owner} requires`,
      advice: `set provider: ${owner}, or query: { ${name}: … } (${preset.docs})`,
    });
  }
  return remarks;
}

function routeOf(path: string): string {
  return path
    .split('/')
    .slice(path.endsWith('/chat/completions') ? -2 : -1)
    .join('/');
}

function authRemarks({ access, apiKey }: Endpoint, owner: ProviderName): PresetRemark[] {
  const preset: Provider = PROVIDERS[owner];
  const documented = access.api === 'anthropic' ? 'x-api-key' : (preset.auth ?? 'bearer');
  // A key that begins so is a token of an identity service. All providers with `api-key` accept such a token as bearer.
  const token = access.auth === 'bearer' && apiKey?.reveal().startsWith('eyJ');
  if (apiKey === undefined || access.auth === documented || token === true) return [];
  return [
    {
      detail: `the key is sent as ${access.auth}; ${owner} documents ${documented}`,
      advice: `set auth: ${documented}, unless a gateway in between requires another (${preset.docs})`,
    },
  ];
}

function keyRemarks({ apiKey, name }: Endpoint, owner: string): PresetRemark[] {
  const key = apiKey?.reveal();
  const [start, whose] = KEY_STARTS.find(([one]) => key?.startsWith(one)) ?? [];
  if (start === undefined || whose === undefined || whose === owner) return [];
  return [
    {
      detail: `the key begins with ${start}, as those of ${whose} do`,
      advice: `set the key of ${owner} as api_key of ${name}`,
    },
  ];
}
