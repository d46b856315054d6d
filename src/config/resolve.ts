import { dirname } from 'node:path';
import { userFolders } from '../common/program/user-folders.js';
import { closestTo } from '../common/text/closest.js';
import type { ApiKey } from './endpoints/api-key.js';
import { withClientFiles } from './endpoints/client-files.js';
import type { Endpoint } from './endpoints/endpoint.js';
import { endpointsOf, sectionOf } from './endpoints/endpoints.js';
import { namedPath } from './named-path.js';
import { ConfigError, inOrder, type Problem, quote, type Source } from './problem.js';
import type { Candidate, UserDirectories } from './sources/find-file.js';
import { type ConfigFlags, flagLayers } from './sources/flags.js';
import { layerOf } from './sources/layer.js';
import { type Settled, settle } from './sources/settle.js';
import type { Path } from './sources/tree.js';
import type { Environment } from './sources/variables.js';
import { blockUnconfirmed, grantsOf } from './trust/grants.js';
import { examineTrust, type Trust } from './trust/trust.js';
import { type Config, KEYS, SECTIONS } from './values/schema.js';

/** The source of a value, and the environment variables in it. */
export interface Provenance {
  source: Source;
  variables: readonly string[];
}

/** The configuration from all its sources. */
export interface LoadedConfig {
  config: Config;
  /** In the order in which the mode key cycles them: simulator, openai, then the profiles. */
  endpoints: readonly Endpoint[];
  /** The name of the endpoint used at the start. */
  mode: string;
  /** The endpoint of `mode`; check its `problem` before you send a request. */
  endpoint: Endpoint;
  problems: readonly Problem[];
  /** Of `mode` and of every setting, by dotted name as in the file, e.g. `openai.base_url`. */
  provenance: ReadonlyMap<string, Provenance>;
  /** The file that was used. */
  file?: Candidate;
  /** The permissions that the file needs, if it was found in the current directory. */
  trust?: Trust;
}

export interface Surroundings {
  cwd: string;
  env: Environment;
  flags?: ConfigFlags;
  directories?: UserDirectories;
}

/**
 * Applies the flags, decides the mode, and creates the endpoints.
 *
 * @throws {ConfigError} when a flag's value can't be used: the user who gave it can correct it
 */
export function resolveConfig(base: Settled, around: Surroundings, file?: Candidate): LoadedConfig {
  const { cwd, flags = {} } = around;
  const mode = flags.mode ?? (base.config.simulator.enabled ? 'simulator' : 'openai');
  const names = ['simulator', 'openai', ...base.config.profiles.keys()];
  if (!names.includes(mode)) throw unknownMode(mode, names, base.problems);
  const settled = applyFlags(base, flags, sectionOf(mode), around.env);

  const provenance = provenanceOf(settled, mode, flags);
  const endpoints = withClientFiles(
    endpointsOf(settled, around.env),
    (setting) => provenance.get(setting)?.source,
    cwd,
  );
  const trusting = withTrust(endpoints, settled, around, file);
  const endpoint = trusting.endpoints.find(({ name }) => name === mode);
  if (endpoint === undefined) throw unknownMode(mode, names, base.problems);
  return {
    config: withSocketPath(settled.config, provenance, cwd),
    ...trusting,
    mode,
    endpoint,
    problems: inOrder([...settled.problems, ...keyProblems(settled.config, provenance)]),
    provenance,
    ...(file !== undefined && { file }),
  };
}

function unknownMode(mode: string, names: string[], problems: readonly Problem[]): ConfigError {
  const near = closestTo(mode, names);
  const suggestion = near === undefined ? `known modes: ${names.join(', ')}` : `did you mean "${near}"?`;
  const source: Source = { kind: 'flag', name: '--mode' };
  const message = `no mode ${quote(mode)}`;
  return new ConfigError([{ severity: 'error', message, path: 'mode', source, suggestion }, ...problems]);
}

function applyFlags(base: Settled, flags: ConfigFlags, section: Path, env: Environment): Settled {
  const settled = flagLayers(flags, section, env).reduce(settle, base);
  const refused = settled.problems.slice(base.problems.length);
  if (refused.length > 0) throw new ConfigError(refused);
  return settled;
}

function provenanceOf(
  { config, layers }: Settled,
  mode: string,
  flags: ConfigFlags,
): Map<string, Provenance> {
  const paths: Path[] = [
    ...SECTIONS.flatMap((section) => KEYS[section].map((key) => [section, key])),
    ['theme'],
    ['motion'],
    ['mouse'],
    ['discover'],
    ...[...config.keys.keys()].map((action) => ['keys', action]),
    ...[...config.prices.keys()].map((model) => ['prices', model]),
    ...[...config.profiles.keys()].flatMap((name) => KEYS.profiles.map((key) => ['profiles', name, key])),
  ];
  const settings = new Map(
    paths.map((path): [string, Provenance] => {
      const name = path.join('.');
      const layer = layerOf(layers, path);
      const source: Source = layer?.sourceOf(path, 'value') ?? { kind: 'default' };
      return [name, { source, variables: layer?.variables.get(name) ?? [] }];
    }),
  );
  const byFile = settings.get('simulator.enabled') ?? { source: { kind: 'default' }, variables: [] };
  const byFlag: Provenance = { source: { kind: 'flag', name: '--mode' }, variables: [] };
  return new Map([['mode', flags.mode === mode ? byFlag : byFile], ...settings]);
}

function withTrust(
  endpoints: readonly Endpoint[],
  { layers }: Settled,
  { directories = userFolders() }: Surroundings,
  file: Candidate | undefined,
): Pick<LoadedConfig, 'endpoints' | 'trust'> {
  if (file?.origin !== 'current directory') return { endpoints };
  const trust = examineTrust(dirname(file.path), grantsOf(endpoints, layers), directories);
  if (trust.confirmed) return { endpoints, trust };
  return { endpoints: blockUnconfirmed(endpoints, trust.grants, file), trust };
}

function withSocketPath(config: Config, provenance: ReadonlyMap<string, Provenance>, cwd: string): Config {
  const { socketPath } = config.runtime;
  if (socketPath === undefined) return config;
  const absolute = namedPath(socketPath, provenance.get('runtime.socket_path')?.source, cwd);
  return { ...config, runtime: { ...config.runtime, socketPath: absolute } };
}

function keyProblems(config: Config, provenance: ReadonlyMap<string, Provenance>): Problem[] {
  const keys: [path: string, key: ApiKey | undefined][] = [
    ['openai.api_key', config.openai.apiKey],
    ...Array.from(config.profiles, ([name, { apiKey }]): [string, ApiKey | undefined] => {
      return [`profiles.${name}.api_key`, apiKey];
    }),
  ];
  return keys.flatMap(([path, key]): Problem[] => {
    const source = provenance.get(path)?.source ?? { kind: 'default' };
    if (key?.state === 'malformed') {
      return [
        {
          severity: 'error',
          message: `${path} ${key.reason}`,
          path,
          source,
          suggestion: key.advice,
        },
      ];
    }
    if (key?.state !== 'set' || !key.trimmed) return [];
    const message = `${path} has white space around it; it was removed`;
    return [{ severity: 'warning', message, path, source }];
  });
}
