import { percentDecoded } from '../../common/http/percent-decoded.js';
import type { Environment } from '../sources/variables.js';

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
const VARIABLES = [...NAMES, ...NAMES.map((name) => name.toLowerCase())];

/** Returns the passwords in the proxies' addresses. Error pages of a proxy can repeat them. */
export function proxyPasswords(env: Environment): string[] {
  const found = VARIABLES.flatMap((name) => {
    const value = env[name] ?? '';
    const written = URL.parse(value.includes('://') ? value : `http://${value}`)?.password ?? '';
    return written === '' ? [] : [written, percentDecoded(written)];
  });
  return [...new Set(found)];
}
