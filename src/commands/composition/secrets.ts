import { proxyPasswords } from '../../config/endpoints/proxy-passwords.js';
import type { LoadedConfig } from '../../config/resolve.js';

/** Returns all keys and passwords of the environment and the configuration. The program must not write any of them. */
export function configuredKeys({ endpoints }: LoadedConfig): string[] {
  const keys = endpoints.flatMap(({ apiKey, access }) => {
    return [...(apiKey === undefined ? [] : [apiKey]), ...access.secrets].map((secret) => secret.reveal());
  });
  const fromEnvironment = process.env.OPENAI_API_KEY?.trim();
  const found = fromEnvironment === undefined ? keys : [...keys, fromEnvironment];
  return [...found, ...proxyPasswords(process.env)];
}
