import { type Finding, ok } from './finding.js';

const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Returns the environment variables that make the daemon use a proxy, or bypass it. */
export function checkProxy(env: Readonly<Record<string, string | undefined>>): Finding {
  // Values may contain a password, so only names are printed.
  const set = VARIABLES.flatMap((name) => [name.toLowerCase(), name]).filter((name) => env[name]);
  if (set.length === 0) return ok('proxy', 'none set');
  return ok('proxy', `${set.join(', ')} is set, and applies to a daemon that is started here`);
}
