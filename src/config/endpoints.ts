import type { ApiKey } from './api-key.js';
import { OPENAI_ORIGIN, originOf } from './endpoint-url.js';
import type { Layer } from './layer.js';
import { formatProblem } from './problem.js';
import type { Secret } from './secret.js';
import type { Settled } from './settle.js';
import type { Path } from './tree.js';

/** A place requests can be sent to. */
export interface Endpoint {
  /** `simulator`, `openai`, or the profile's name. */
  name: string;
  kind: 'simulator' | 'openai' | 'profile';
  /** As `endpointUrl` takes it. */
  baseUrl: string;
  model: string;
  apiKey?: Secret;
  timeoutMs: number;
  /** Why it cannot be used now, and what to do; set whenever `blocked` is. */
  problem?: string;
  /** It would send something of the environment to an address that the user has not confirmed. */
  blocked?: { reason: string; howToAllow: string };
}

/** Where the settings of the endpoint of that name stand. */
export function sectionOf(name: string): Path {
  return name === 'simulator' || name === 'openai' ? [name] : ['profiles', name];
}

/** The endpoints in the order in which the mode key cycles them: simulator, openai, then the profiles. */
export function endpointsOf(settled: Settled): [Endpoint, ...Endpoint[]] {
  const { simulator, openai, profiles } = settled.config;
  return [
    {
      name: 'simulator',
      kind: 'simulator',
      baseUrl: simulator.baseUrl,
      model: simulator.model ?? openai.model,
      timeoutMs: openai.timeoutMs,
    },
    {
      name: 'openai',
      kind: 'openai',
      baseUrl: openai.baseUrl,
      model: openai.model,
      timeoutMs: openai.timeoutMs,
      ...openaiKey(settled),
    },
    ...Array.from(profiles, ([name, profile]): Endpoint => {
      return {
        name,
        kind: 'profile',
        baseUrl: profile.baseUrl,
        model: profile.model,
        timeoutMs: profile.timeoutMs ?? openai.timeoutMs,
        ...keyOf(profile.apiKey, ['profiles', name, 'api_key'], settled.layers),
      };
    }),
  ];
}

type KeyState = Pick<Endpoint, 'apiKey' | 'problem'>;

function openaiKey({ config, layers, problems }: Settled): KeyState {
  const { apiKey, baseUrl } = config.openai;
  // The default stands in for a refused address; the key may be meant for somewhere else.
  const refused = problems.find(({ path, severity }) => path === 'openai.base_url' && severity === 'error');
  if (refused !== undefined) return { problem: formatProblem(refused) };
  const key = keyOf(apiKey, ['openai', 'api_key'], layers);
  const wanted = key.apiKey === undefined && originOf(baseUrl) === OPENAI_ORIGIN;
  return wanted ? { problem: notSet('OPENAI_API_KEY'), ...key } : key;
}

function keyOf(key: ApiKey | undefined, path: Path, layers: readonly Layer[]): KeyState {
  const name = path.join('.');
  if (key?.state === 'set') return { apiKey: key.secret };
  if (key?.state === 'malformed') return { problem: `${name} ${key.reason}: copy the key again` };
  const variable = layers.map(({ unsetKeys }) => unsetKeys.get(name)).find((unset) => unset !== undefined);
  return variable === undefined ? {} : { problem: notSet(variable) };
}

function notSet(variable: string): string {
  const value = variable === 'OPENAI_API_KEY' ? 'sk-…' : '…';
  return `${variable} is not set: export ${variable}=${value} and start again, or stay in simulator mode`;
}
