import type { Environment } from '../sources/variables.js';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

/** Returns the passwords in the proxies' addresses. Error pages of a proxy can repeat them. */
export function proxyPasswords(env: Environment): string[] {
  const found = VARIABLES.flatMap((name) => {
    const value = env[name] ?? '';
    const written = URL.parse(value.includes('://') ? value : `http://${value}`)?.password ?? '';
    return written === '' ? [] : [written, decoded(written)];
  });
  return [...new Set(found)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
