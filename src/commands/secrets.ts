import type { LoadedConfig } from '../config/index.js';

/** All keys of the environment and the configuration: none of them may be written anywhere. */
export function configuredKeys({ endpoints }: LoadedConfig): string[] {
  const keys = endpoints.flatMap(({ apiKey }) => apiKey?.reveal() ?? []);
  const fromEnvironment = process.env.OPENAI_API_KEY?.trim();
  return fromEnvironment === undefined ? keys : [...keys, fromEnvironment];
}
