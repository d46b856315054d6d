import { dirname } from 'node:path';
import type { Endpoint } from '../endpoints/endpoint.js';
import { isLoopback, OPENAI_ORIGIN, originOf } from '../endpoints/endpoint-url.js';
import { sectionOf } from '../endpoints/endpoints.js';
import { providerOf } from '../endpoints/providers.js';
import type { Candidate } from '../sources/find-file.js';
import type { Layer } from '../sources/layer.js';
import { type Path, valueAt } from '../sources/tree.js';

/**
 * A permission that a file in the current directory needs: to send these variables to an address that is neither
 * OpenAI's nor on this machine. The variables are in the key, the address or the model's name.
 */
export interface Grant {
  endpoint: string;
  baseUrl: string;
  /** Names of environment variables, sorted, and a client certificate by its path. */
  variables: readonly string[];
}

/** Returns the grants that the user has to confirm. A key whose text is in the file itself needs none. */
export function grantsOf(endpoints: readonly Endpoint[], layers: readonly Layer[]): Grant[] {
  return endpoints.flatMap((endpoint) => {
    const { name, baseUrl } = endpoint;
    const file = fileNaming(sectionOf(name), layers);
    if (file === undefined || isLoopback(baseUrl)) return [];
    const free = freeVariables(endpoint, file);
    const variables = new Set(variablesSent(endpoint, file).filter((variable) => !free.has(variable)));
    const sent = [...[...variables].sort(), ...certificateSent(endpoint, file)];
    return sent.length === 0 ? [] : [{ endpoint: name, baseUrl, variables: sent }];
  });
}

/** Returns the file's layer, if it determines where requests are sent. */
function fileNaming(section: Path, layers: readonly Layer[]): Layer | undefined {
  const named = layers.flatMap((layer) => {
    const key = ['url', 'base_url', 'provider'].find((one) => {
      return valueAt(layer.tree, [...section, one]) !== undefined;
    });
    return key === undefined ? [] : [{ layer, path: [...section, key] }];
  });
  const top = named.at(-1);
  return top?.layer.sourceOf(top.path, 'value').kind === 'file' ? top.layer : undefined;
}

/** A provider's key at the provider's own address needs no grant. Variables in headers and the body do. */
function freeVariables({ name, baseUrl, access }: Endpoint, { variables }: Layer): ReadonlySet<string> {
  const preset = providerOf(access.provider);
  const own = preset?.ownHost === true ? undefined : preset?.baseUrl;
  const section = sectionOf(name).join('.');
  const free =
    originOf(baseUrl) === OPENAI_ORIGIN
      ? [
          variables.get(`${section}.api_key`),
          variables.get(`${section}.base_url`),
          variables.get(`${section}.model`),
          ['OPENAI_API_KEY'],
        ]
      : own !== undefined && originOf(baseUrl) === originOf(own)
        ? [variables.get(`${section}.api_key`), [preset?.keyVariable ?? '']]
        : [];
  return new Set(free.flatMap((names) => names ?? []));
}

/** Returns the client certificate that would be sent, because it identifies the user. */
function certificateSent({ name, access }: Endpoint, file: Layer): string[] {
  const named = valueAt(file.tree, [...sectionOf(name), 'client_cert']) !== undefined;
  return named && access.clientFiles !== undefined
    ? [`the client certificate ${access.clientFiles.cert}`]
    : [];
}

function variablesSent({ name, access }: Endpoint, file: Layer): string[] {
  const section = sectionOf(name);
  const key: Path = [...section, 'api_key'];
  const prefix = `${section.join('.')}.`;
  const written = [...file.variables].flatMap(([path, names]) => {
    const handedDown = name === 'simulator' && path === 'openai.model';
    return path.startsWith(prefix) || handedDown ? names : [];
  });
  if (valueAt(file.tree, key) !== undefined || file.unsetKeys.has(key.join('.'))) return written;
  if (access.auth === 'none') return written;
  const byProvider = providerOf(access.provider)?.keyVariable;
  if (byProvider !== undefined) return [...written, byProvider];
  return name === 'openai' ? [...written, 'OPENAI_API_KEY'] : written;
}

/** Returns the endpoints. Those that need a grant are marked, and their key is removed. */
export function blockUnconfirmed(
  endpoints: readonly Endpoint[],
  unconfirmed: readonly Grant[],
  file: Candidate,
): Endpoint[] {
  const howToAllow = `if you trust that address, run "vastar-tui config trust" in ${dirname(file.path)} once, or start with --config ${file.name}`;
  return endpoints.map(({ apiKey, access, ...endpoint }) => {
    const grant = unconfirmed.find((wanted) => wanted.endpoint === endpoint.name);
    if (grant === undefined) return { ...endpoint, access, ...(apiKey !== undefined && { apiKey }) };
    const reason = `${file.name} would send ${grant.variables.join(', ')} to ${originOf(grant.baseUrl)}, which you have not confirmed`;
    const { clientFiles: _files, ...open } = access;
    const withheld = { ...open, headers: new Map(), query: new Map(), body: {} };
    return {
      ...endpoint,
      access: withheld,
      blocked: { reason, howToAllow },
      problem: `${reason}: ${howToAllow}`,
    };
  });
}
