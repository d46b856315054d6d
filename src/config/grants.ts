import { dirname } from 'node:path';
import { isLoopback, OPENAI_ORIGIN, originOf } from './endpoint-url.js';
import { type Endpoint, sectionOf } from './endpoints.js';
import type { Candidate } from './find-file.js';
import { type Layer, layerOf } from './layer.js';
import { type Path, valueAt } from './tree.js';

/**
 * What a file of the current directory asks for: an address of its own, neither OpenAI's nor on this machine,
 * would get these variables, be it as the key or within the address or the model's name.
 */
export interface Grant {
  endpoint: string;
  baseUrl: string;
  /** Names of environment variables, sorted. */
  variables: readonly string[];
}

/** What the file asks for that needs the user's word. Keys written out in the file itself do not. */
export function grantsOf(endpoints: readonly Endpoint[], layers: readonly Layer[]): Grant[] {
  return endpoints.flatMap(({ name, baseUrl }) => {
    const address = [...sectionOf(name), 'base_url'];
    const file = layerOf(layers, address);
    if (file?.sourceOf(address, 'value').kind !== 'file') return [];
    if (originOf(baseUrl) === OPENAI_ORIGIN || isLoopback(baseUrl)) return [];
    const variables = new Set(variablesSent(name, file));
    return variables.size === 0 ? [] : [{ endpoint: name, baseUrl, variables: [...variables].sort() }];
  });
}

function variablesSent(name: string, file: Layer): string[] {
  const section = sectionOf(name);
  const key: Path = [...section, 'api_key'];
  const settings = [key, [...section, 'base_url'], [...section, 'model']];
  if (name === 'simulator') settings.push(['openai', 'model']);
  const written = settings.flatMap((path) => file.variables.get(path.join('.')) ?? []);
  const hasKey = valueAt(file.tree, key) !== undefined || file.unsetKeys.has(key.join('.'));
  return name === 'openai' && !hasKey ? [...written, 'OPENAI_API_KEY'] : written;
}

/** `endpoints`, with those that a grant is wanted for marked, and their keys taken away. */
export function blockUnconfirmed(
  endpoints: readonly Endpoint[],
  unconfirmed: readonly Grant[],
  file: Candidate,
): Endpoint[] {
  const howToAllow = `if you trust that address, run "vastar-tui config trust" in ${dirname(file.path)} once, or start with --config ${file.name}`;
  return endpoints.map(({ apiKey, ...endpoint }) => {
    const grant = unconfirmed.find((wanted) => wanted.endpoint === endpoint.name);
    if (grant === undefined) return apiKey === undefined ? endpoint : { ...endpoint, apiKey };
    const reason = `${file.name} would send ${grant.variables.join(', ')} to ${originOf(grant.baseUrl)}, which you have not confirmed`;
    return { ...endpoint, blocked: { reason, howToAllow }, problem: `${reason}: ${howToAllow}` };
  });
}
