import { ACCESS_NAMES, type WrittenAccess } from './endpoints/access.js';
import type { ApiKey } from './endpoints/api-key.js';
import { formatSource } from './problem.js';
import type { LoadedConfig, Provenance } from './resolve.js';

/** One setting in a form that is safe to show: without the text of keys. */
export interface Setting {
  /** Dotted, as in the file. */
  name: string;
  value: string | number | boolean | null;
  provenance: Provenance;
}

/** Returns `mode` and every setting with its value and source. A setting without a value is null. */
export function settingsOf(loaded: LoadedConfig): Setting[] {
  const {
    openai,
    runtime,
    simulator,
    chat,
    slo,
    sessions,
    theme,
    motion,
    mouse,
    discover,
    keys,
    prices,
    profiles,
  } = loaded.config;
  const values: [name: string, value: string | number | boolean | ApiKey | undefined][] = [
    ['mode', loaded.mode],
    ['openai.api_key', openai.apiKey],
    ['openai.base_url', openai.baseUrl],
    ['openai.model', openai.model],
    ['openai.timeout_ms', openai.timeoutMs],
    ['openai.idle_ms', openai.idleMs],
    ['openai.answer_ms', openai.answerMs],
    ['runtime.tenant_id', runtime.tenantId],
    ['runtime.workspace_id', runtime.workspaceId],
    ['runtime.timeout_ms', runtime.timeoutMs],
    ['runtime.socket_path', runtime.socketPath],
    ['simulator.enabled', simulator.enabled],
    ['simulator.base_url', simulator.baseUrl],
    ['simulator.model', simulator.model],
    ['simulator.timeout_ms', simulator.timeoutMs],
    ['simulator.idle_ms', simulator.idleMs],
    ['simulator.answer_ms', simulator.answerMs],
    ['chat.system', chat.system],
    ['chat.temperature', chat.temperature],
    ['chat.max_tokens', chat.maxTokens],
    ['slo.ttft_ms', slo.ttftMs],
    ['slo.tpot_ms', slo.tpotMs],
    ['sessions.save', sessions.save],
    ['theme', theme],
    ['motion', motion],
    ['mouse', mouse],
    ['discover', [...discover].map(([name, port]) => `${name} ${port}`).join(', ') || 'false'],
  ];
  for (const [action, names] of keys) values.push([`keys.${action}`, names.join(', ') || 'none']);
  for (const [model, { input, output, cached, cacheWrite, reasoning }] of prices)
    values.push([
      `prices.${model}`,
      Object.entries({ input, output, cached, cache_write: cacheWrite, reasoning })
        .flatMap(([name, usd]) => (usd === undefined ? [] : [`${name} ${usd}`]))
        .join(', '),
    ]);
  for (const [name, profile] of profiles) {
    values.push(
      [`profiles.${name}.base_url`, profile.baseUrl],
      [`profiles.${name}.api_key`, profile.apiKey],
      [`profiles.${name}.model`, profile.model],
      [`profiles.${name}.timeout_ms`, profile.timeoutMs],
      [`profiles.${name}.idle_ms`, profile.idleMs],
      [`profiles.${name}.answer_ms`, profile.answerMs],
      ...accessSettings(`profiles.${name}`, profile.access),
    );
  }
  values.push(...accessSettings('openai', openai.access), ...accessSettings('simulator', simulator.access));
  return values.map(([name, value]) => {
    const provenance = loaded.provenance.get(name) ?? { source: { kind: 'default' }, variables: [] };
    const shown = typeof value === 'object' ? describeKey(value, provenance) : (value ?? null);
    return { name, value: shown, provenance };
  });
}

/**
 * Returns the settings that have a value. Headers, parameters and members of the body are shown by name only, because
 * their values can be secret.
 */
function accessSettings(
  section: string,
  { url, ...access }: WrittenAccess,
): [name: string, value: string | boolean][] {
  const values = { ...access, url: url?.url };
  return ACCESS_NAMES.flatMap((key) => {
    const value = values[key];
    const shown = typeof value === 'object' ? Object.keys(value).join(', ') || undefined : value;
    return shown === undefined ? [] : [[`${section}.${key}`, shown]];
  });
}

function describeKey(key: ApiKey, { source, variables }: Provenance): string {
  if (key.state === 'malformed') return 'not usable';
  return `set (from ${variables.length > 0 ? variables.join(', ') : formatSource(source)})`;
}
