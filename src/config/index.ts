/** The configuration: finding, reading, checking and explaining it. */
export type { ConfigObject } from './config-object.js';
export { endpointUrl, isLoopback } from './endpoint-url.js';
export type { Endpoint } from './endpoints.js';
export { type Setting, settingsOf } from './explain.js';
export { type Candidate, candidateFiles, type UserDirectories } from './find-file.js';
export type { Grant } from './grants.js';
export { type LoadOptions, loadConfig, loadConfigObject, type ObjectOptions } from './load.js';
export { ConfigError, formatProblem, formatSource, type Problem, type Source, visible } from './problem.js';
export { proxyPasswords } from './proxy-passwords.js';
export type { ConfigFlags, LoadedConfig, Provenance } from './resolve.js';
export { type Config, MAX_TIMEOUT_MS, type Profile } from './schema.js';
export { Secret } from './secret.js';
export { closestTo } from './suggest.js';
export { type Trust, trustDirectory } from './trust.js';
export type { Environment } from './variables.js';
