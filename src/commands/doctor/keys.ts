import type { Endpoint } from '../../config/endpoints/endpoint.js';
import type { LoadedConfig } from '../../config/resolve.js';
import { type Finding, ok, problem } from './finding.js';

/** Checks whether each endpoint has the settings that a request needs, above all its key. Keys are never shown. */
export function checkKeys({ endpoints, mode }: LoadedConfig): Finding[] {
  return endpoints.flatMap((endpoint): Finding[] => {
    if (endpoint.kind === 'simulator') return [];
    const { name, apiKey } = endpoint;
    if (endpoint.problem === undefined) {
      return [ok(name, apiKey === undefined ? 'needs no key' : 'the key is set (not shown)')];
    }
    return [
      name === mode
        ? blocked(endpoint, endpoint.problem)
        : ok(name, `not usable, not in use: ${endpoint.problem}`),
    ];
  });
}

function blocked({ name, blocked }: Endpoint, why: string): Finding {
  if (blocked !== undefined) return problem(name, blocked.reason, blocked.howToAllow);
  const [what = why, ...advice] = why.split(': ');
  return problem(name, what, advice.join(': ') || 'correct it in the configuration');
}
