import { type Finding, ok, warning } from './finding.js';

const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** A proxy in the environment is not used: the daemon connects to the provider itself. */
export function checkProxy(env: Readonly<Record<string, string | undefined>>): Finding {
  // Values may hold a password, so only names are told.
  const set = VARIABLES.flatMap((name) => [name, name.toLowerCase()]).filter((name) => env[name]);
  if (set.length === 0) return ok('proxy', 'none set');
  return warning(
    'proxy',
    `${set.join(', ')} is set; the daemon connects directly`,
    'where only the proxy can reach the provider, give a gateway’s address as base_url',
  );
}
