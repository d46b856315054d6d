import { isSecretName } from '../../common/http/headers.js';
import { formatProblem, formatSource, visible } from '../problem.js';
import { type Layer, layerOf } from '../sources/layer.js';
import type { Settled } from '../sources/settle.js';
import { type Path, valueAt } from '../sources/tree.js';
import { type Environment, lookUp } from '../sources/variables.js';
import type { Profile } from '../values/schema.js';
import { parseApiKey } from './api-key.js';
import type { Endpoint } from './endpoint.js';
import { completeAccess } from './endpoint-access.js';
import { OPENAI_ORIGIN, originOf } from './endpoint-url.js';
import { providerOf } from './providers.js';

/** Returns the section of the configuration with this endpoint's settings. */
export function sectionOf(name: string): Path {
  return name === 'simulator' || name === 'openai' ? [name] : ['profiles', name];
}

/** Returns the endpoints in the order in which the mode key cycles them: simulator, openai, then the profiles. */
export function endpointsOf(settled: Settled, env: Environment): [Endpoint, ...Endpoint[]] {
  const { simulator, openai, profiles } = settled.config;
  const { layers } = settled;
  return [
    {
      name: 'simulator',
      kind: 'simulator',
      baseUrl: simulator.baseUrl,
      model: simulator.model ?? openai.model,
      ...waitsOf(simulator, openai),
      access: completeAccess(simulator.access, ['simulator'], layers, env),
      ...missingVariable(['simulator'], layers),
    },
    {
      name: 'openai',
      kind: 'openai',
      ...addressAndAccess(openai, ['openai'], settled, env),
      model: openai.model,
      ...waitsOf(openai, openai),
      ...openaiKey(settled, env),
    },
    ...Array.from(profiles, ([name, profile]): Endpoint => {
      const section = ['profiles', name];
      return {
        name,
        kind: 'profile',
        ...addressAndAccess(profile, section, settled, env),
        model: profile.model,
        ...waitsOf(profile, openai),
        ...keyOf(profile, section, layers, env),
      };
    }),
  ];
}

/** A `base_url` from a higher layer, such as a flag, replaces a `url` from a lower one. */
function addressAndAccess(
  { baseUrl, access: written }: Addressed,
  section: Path,
  { layers }: Settled,
  env: Environment,
): Pick<Endpoint, 'baseUrl' | 'access'> {
  const rank = (key: string): number =>
    layers.findLastIndex((layer) => valueAt(layer.tree, [...section, key]) !== undefined);
  const replaced = written.url !== undefined && rank('base_url') > rank('url');
  const access = completeAccess(replaced ? { ...written, url: undefined } : written, section, layers, env);
  return { baseUrl: access.url ?? baseUrl, access };
}

type Addressed = Pick<Profile, 'baseUrl' | 'access'>;

/** The names of an endpoint's time limits in the settings. */
type Waits = { [Name in 'timeoutMs' | 'idleMs' | 'answerMs']?: number | undefined };

/** Returns an endpoint's time limits; those of `openai` unless it has its own. */
function waitsOf(own: Waits, openai: Settled['config']['openai']): Pick<Endpoint, keyof Waits> {
  const answerMs = own.answerMs ?? openai.answerMs;
  return {
    timeoutMs: own.timeoutMs ?? openai.timeoutMs,
    idleMs: own.idleMs ?? openai.idleMs,
    ...(answerMs !== undefined && { answerMs }),
  };
}

type KeyState = Pick<Endpoint, 'apiKey' | 'problem'>;

function openaiKey(settled: Settled, env: Environment): KeyState {
  const { config, layers, problems } = settled;
  // The address was refused and the default is used, so the key may belong to another provider.
  const refused = problems.find(
    ({ path, severity }) => /^openai\.(base_url|url|provider)$/.test(path) && severity === 'error',
  );
  if (refused !== undefined) return { problem: formatProblem(refused) };
  const { provider, auth, headers } = config.openai.access;
  const path = ['openai', 'api_key'];
  const byVariable = layerOf(layers, path)?.sourceOf(path, 'value').kind === 'env';
  // OPENAI_API_KEY belongs to OpenAI: the preset of another provider names its own variable.
  const written = provider !== undefined && byVariable ? undefined : config.openai.apiKey;
  const key = keyOf({ ...config.openai, apiKey: written }, ['openai'], layers, env);
  const carried = auth === 'none' || Object.keys(headers ?? {}).some((name) => /^authorization$/i.test(name));
  const wanted =
    key.apiKey === undefined &&
    provider === undefined &&
    !carried &&
    originOf(config.openai.baseUrl) === OPENAI_ORIGIN;
  return wanted ? { problem: notSet('OPENAI_API_KEY'), ...key } : key;
}

/** Returns the configured key, or else the value of the variable that the provider's preset names. */
function keyOf(
  { apiKey: key, access }: Pick<Profile, 'apiKey' | 'access'>,
  section: Path,
  layers: readonly Layer[],
  env: Environment,
): KeyState {
  const name = [...section, 'api_key'].join('.');
  const missing = missingVariable(section, layers);
  if (key?.state === 'set') return { apiKey: key.secret, ...missing };
  if (key?.state === 'malformed') {
    const path = [...section, 'api_key'];
    const source = layerOf(layers, path)?.sourceOf(path, 'value');
    const where = source === undefined ? '' : ` (${visible(formatSource(source))})`;
    return { problem: `${name} ${key.reason}${where}: ${key.advice}` };
  }
  if (missing.problem !== undefined) return missing;
  const preset = providerOf(access.provider);
  if (preset?.keyVariable === undefined || access.auth === 'none') return {};
  const found = lookUp(env, preset.keyVariable);
  if (found !== undefined) {
    const parsed = parseApiKey(found);
    if (parsed.state === 'set') return { apiKey: parsed.secret };
    return { problem: `${preset.keyVariable} ${parsed.reason}: ${parsed.advice}` };
  }
  const carried = Object.keys(access.headers ?? {}).some(isSecretName);
  return preset.keyOptional === true || carried ? {} : { problem: notSet(preset.keyVariable) };
}

/**
 * Returns an unset variable that the key, a header, a query parameter or the body needs, unless a higher layer
 * overrides that setting.
 */
function missingVariable(section: Path, layers: readonly Layer[]): KeyState {
  const prefix = `${section.join('.')}.`;
  for (const [index, { unsetKeys }] of layers.entries()) {
    for (const [name, variable] of unsetKeys) {
      if (!name.startsWith(prefix)) continue;
      const [setting = '', ...rest] = name.slice(prefix.length).split('.');
      const below = setting === 'body' ? rest : rest.length === 0 ? [] : [rest.join('.')];
      const replaced = layers.slice(index + 1).some(({ tree }) => {
        return valueAt(tree, [...section, setting, ...below]) !== undefined;
      });
      if (!replaced) return { problem: notSet(variable) };
    }
  }
  return {};
}

function notSet(variable: string): string {
  const value = variable === 'OPENAI_API_KEY' ? 'sk-…' : '…';
  return `${variable} is not set: export ${variable}=${value} and start again, or use the simulator (--mode simulator)`;
}
