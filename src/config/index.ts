/** The configuration: finding, reading, checking and explaining it. */

export { closestTo } from '../common/closest.js';
export type { ConfigObject } from './config-object.js';
export { type Access, ANTHROPIC_HEADERS } from './endpoint-access.js';
export { answerRequest, type EndpointRequest, modelsRequest, ROUTES } from './endpoint-request.js';
export { endpointUrl, isLoopback } from './endpoint-url.js';
export type { Endpoint } from './endpoints.js';
export { type Setting, settingsOf } from './explain.js';
export { type Candidate, candidateFiles, type UserDirectories } from './find-file.js';
export type { ConfigFlags } from './flags.js';
export type { Grant } from './grants.js';
export { type LoadOptions, loadConfig, loadConfigObject, type ObjectOptions } from './load.js';
export { type PresetRemark, presetRemarks } from './preset-check.js';
export { ConfigError, formatProblem, formatSource, type Problem, type Source, visible } from './problem.js';
export { APIS, type Api, PROVIDER_NAMES, PROVIDERS, type ProviderName } from './providers.js';
export { proxyPasswords } from './proxy-passwords.js';
export type { LoadedConfig, Provenance } from './resolve.js';
export type { Config, Profile } from './schema.js';
export { Secret } from './secret.js';
export { type Trust, trustDirectory } from './trust.js';
export { MAX_TIMEOUT_MS } from './value-kinds.js';
export type { Environment } from './variables.js';
