import { proxyProblems } from '../../runtime/upstream/proxy.js';
import { type Finding, ok, warning } from './finding.js';

const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** Returns the environment variables that make the daemon use a proxy, or bypass it. */
export function checkProxy(env: Readonly<Record<string, string | undefined>>): Finding {
  // Values may contain a password, so only names are printed.
  const set = VARIABLES.flatMap((name) => [name.toLowerCase(), name]).filter((name) => env[name]);
  if (set.length === 0) return ok('proxy', 'none set');
  const names = `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set`;
  const [problem] = proxyProblems(env);
  if (problem !== undefined) return warning('proxy', names, problem);
  return ok('proxy', `${names}, for a daemon that is started here`);
}
