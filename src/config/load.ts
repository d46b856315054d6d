import { isRecord } from '../common/json.js';
import { userFolders } from '../common/program/user-folders.js';
import { closestTo } from '../common/text/closest.js';
import { OPENAI_ORIGIN, originOf, parseBaseUrl } from './endpoints/endpoint-url.js';
import { ConfigError, type Problem, type Source } from './problem.js';
import { type LoadedConfig, resolveConfig, type Surroundings } from './resolve.js';
import type { ConfigObject } from './sources/config-object.js';
import { type Candidate, candidateFiles } from './sources/find-file.js';
import { environmentLayers, type Layer, type SettingVariable, writtenLayer } from './sources/layer.js';
import { defaults, settle } from './sources/settle.js';
import { type Tree, valueAt } from './sources/tree.js';
import { type Environment, lookUp } from './sources/variables.js';
import { type Locate, readYamlFile } from './sources/yaml-file.js';
import { TOP_LEVEL } from './values/schema.js';

/** The sources of the configuration. Nothing else is read. */
export interface LoadOptions extends Surroundings {
  /** The file named by the user; relative to `cwd`. */
  configPath?: string | undefined;
}

/** Like {@link LoadOptions}; `cwd` only makes a relative socket path absolute. */
export interface ObjectOptions extends Partial<Surroundings> {
  env: Environment;
}

/**
 * Loads the configuration. Flags override the environment, the environment overrides the file, and the file overrides
 * the defaults. The file is `configPath`, else `config.yaml` of the current directory, else that of the user's config
 * directory, else none. Errors are returned as problems, and defaults replace the wrong values.
 *
 * @throws {ConfigError} when the file named by the user is missing or can't be used, or a flag's value can't be used
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { env } = options;
  const { tree, locate, file, problems } = findFile(options);
  const written = writtenLayer(tree, locate, env);
  const ownAddress = lookUp(env, 'OPENAI_BASE_URL') === undefined;
  const layers = [
    written.layer,
    ...environmentLayers(env, variablesBeside(written.layer, ownAddress)),
    ...environmentLayers(env, ['USE_SIMULATOR']),
  ];
  const start = { ...defaults(), problems: [...problems, ...written.problems] };
  return resolveConfig(layers.reduce(settle, start), options, file);
}

/**
 * Completes a configuration that a program passes in the file's format. It wins over the environment, except over
 * `USE_SIMULATOR`. `${VARIABLES}` are replaced as in the file.
 *
 * @throws {ConfigError} when `input` is not an object, or a flag's value cannot be used
 */
export function loadConfigObject(input: ConfigObject, options: ObjectOptions): LoadedConfig {
  const { env, cwd = process.cwd() } = options;
  const source: Source = { kind: 'object' };
  if (!isRecord(input)) {
    throw new ConfigError([
      { severity: 'error', message: 'must be an object of settings', path: '', source },
    ]);
  }
  const written = writtenLayer(input, () => source, env);
  const layers = [
    ...environmentLayers(env, variablesBeside(written.layer, true)),
    written.layer,
    ...environmentLayers(env, ['USE_SIMULATOR']),
  ];
  const start = { ...defaults(), problems: written.problems };
  return resolveConfig(layers.reduce(settle, start), { ...options, cwd });
}

/**
 * Returns the variables that apply besides the written settings. Key and address belong together: OPENAI_API_KEY does
 * not replace a key written for another address.
 * @param ownAddress Whether the written address is used: nothing else replaces it.
 */
function variablesBeside({ tree, unsetKeys }: Layer, ownAddress: boolean): SettingVariable[] {
  const others: SettingVariable[] = [
    'OPENAI_BASE_URL',
    'OPENAI_MODEL',
    'VASTAR_SOCKET_PATH',
    'VASTAR_MOTION',
  ];
  const hasKey = valueAt(tree, ['openai', 'api_key']) !== undefined || unsetKeys.has('openai.api_key');
  const address = valueAt(tree, ['openai', 'base_url']);
  const baseUrl = parseBaseUrl(typeof address === 'string' ? address : OPENAI_ORIGIN);
  const elsewhere = 'value' in baseUrl && originOf(baseUrl.value) !== OPENAI_ORIGIN;
  return hasKey && ownAddress && elsewhere ? others : ['OPENAI_API_KEY', ...others];
}

interface Found {
  tree: Tree;
  locate: Locate;
  file?: Candidate;
  problems: Problem[];
}

function findFile({ cwd, configPath, directories = userFolders() }: LoadOptions): Found {
  const skipped: Problem[] = [];
  for (const file of candidateFiles(cwd, directories, configPath)) {
    const givenByName = file.origin === 'given by name';
    const parsed = readYamlFile(file.path, file.name);
    if (parsed.kind === 'parsed') {
      const { tree, locate, problems } = parsed;
      if (givenByName || isOurs(tree)) return { tree, locate, file, problems: [...skipped, ...problems] };
      skipped.push(notOurs(locate([], 'key')));
    } else if (givenByName) {
      throw new ConfigError(parsed.kind === 'missing' ? [missing(file.name)] : parsed.problems);
    } else if (parsed.kind === 'unusable') {
      const problems = parsed.problems.map((problem) => ({
        ...problem,
        suggestion: 'the file is ignored until this is corrected',
      }));
      return { tree: {}, locate: () => ({ kind: 'default' }), problems: [...skipped, ...problems] };
    }
  }
  return { tree: {}, locate: () => ({ kind: 'default' }), problems: skipped };
}

/** Whether the file belongs to this program. Others also use the name `config.yaml`. */
function isOurs(tree: Tree): boolean {
  const keys = Object.keys(tree);
  return keys.length === 0 || keys.some((key) => closestTo(key, TOP_LEVEL) !== undefined);
}

function notOurs(source: Source): Problem {
  const message = `this file has none of the sections ${TOP_LEVEL.join(', ')}: ignored, because it belongs to another program`;
  return { severity: 'warning', message, path: '', source };
}

function missing(name: string): Problem {
  const source: Source = { kind: 'whole file', path: name };
  const suggestion = 'check the path, or copy config.example.yaml there';
  return { severity: 'error', message: 'there is no such file', path: '', source, suggestion };
}
