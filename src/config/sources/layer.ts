import { isRecord } from '../../common/json.js';
import type { Problem, Source } from '../problem.js';
import { type Path, type Tree, treeOf, valueAt } from './tree.js';
import { type Environment, interpolate, lookUp } from './variables.js';

/** Settings from one source: the file, the environment or the command line. */
export interface Layer {
  readonly tree: Tree;
  readonly sourceOf: (path: Path, part: 'key' | 'value') => Source;
  /** The environment variables in each value, by dotted path. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  /** Settings whose environment variable is unset. That is a problem only when the setting is needed. */
  readonly unsetKeys: ReadonlyMap<string, string>;
}

/** The settings that have an environment variable. */
const ENVIRONMENT = {
  OPENAI_API_KEY: ['openai', 'api_key'],
  OPENAI_BASE_URL: ['openai', 'base_url'],
  OPENAI_MODEL: ['openai', 'model'],
  USE_SIMULATOR: ['simulator', 'enabled'],
  VASTAR_SOCKET_PATH: ['runtime', 'socket_path'],
  VASTAR_MOTION: ['motion'],
} as const satisfies Record<string, Path>;

export type SettingVariable = keyof typeof ENVIRONMENT;

/** Settings have at most this depth (`profiles.name.model`); only headers, parameters and the body are deeper. */
const MAX_DEPTH = 3;
const MAX_ACCESS_DEPTH = 24;

/** An unset variable in these settings is a problem only when the endpoint is used. */
const NEEDED_BY_ENDPOINT: readonly string[] = ['api_key', 'url', 'headers', 'query', 'body'];

/** Returns the key below an endpoint's section, e.g. `headers` for `profiles.work.headers.X-Team`. */
function settingOf(path: Path): string {
  return path[path[0] === 'profiles' ? 2 : 1] ?? '';
}

/** Returns a layer with one value, e.g. that of a flag. */
export function singleLayer(path: Path, value: string, source: Source, variable?: string): Layer {
  return {
    tree: treeOf(path, value),
    sourceOf: () => source,
    variables: new Map(variable === undefined ? [] : [[path.join('.'), [variable]]]),
    unsetKeys: new Map(),
  };
}

/** Returns one layer for each variable that is set. */
export function environmentLayers(env: Environment, variables: readonly SettingVariable[]): Layer[] {
  return variables.flatMap((variable) => {
    const value = lookUp(env, variable);
    if (value === undefined) return [];
    return [singleLayer(ENVIRONMENT[variable], value, { kind: 'env', variable }, variable)];
  });
}

/**
 * Creates a layer from a file's tree or a program's object. Replaces `${VARIABLES}`, and drops empty settings and
 * settings whose variable is unset.
 */
export function writtenLayer(
  written: Tree,
  sourceOf: Layer['sourceOf'],
  env: Environment,
): { layer: Layer; problems: Problem[] } {
  const problems: Problem[] = [];
  const variables = new Map<string, readonly string[]>();
  const unsetKeys = new Map<string, string>();

  const refuse = (path: Path, part: 'key' | 'value', message: string, suggestion: string): undefined => {
    const source = sourceOf(path, part);
    problems.push({ severity: 'error', message, path: path.join('.'), source, suggestion });
  };

  const readText = (text: string, path: Path): string | undefined => {
    const name = path.join('.');
    const isKey = NEEDED_BY_ENDPOINT.includes(settingOf(path));
    const result = interpolate(text, env);
    if (result.kind === 'malformed') {
      return refuse(
        path,
        'value',
        `${name} contains "\${" without a variable, or a variable in a default`,
        `write \${NAME} or \${NAME:-default}`,
      );
    }
    if (result.variables.length > 0) variables.set(name, result.variables);
    if (result.kind === 'text') return isKey && result.text.trim() === '' ? undefined : result.text;
    if (!isKey) {
      const { variable } = result;
      const suggestion = `export ${variable}=… or write \${${variable}:-default}`;
      return refuse(path, 'value', `${name} needs ${variable}, which is not set`, suggestion);
    }
    unsetKeys.set(name, result.variable);
    return undefined;
  };

  const read = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return readText(value, path);
    const setting = settingOf(path);
    const inBody = setting === 'body';
    if (inBody && Array.isArray(value) && path.length < MAX_ACCESS_DEPTH)
      return value.map((item, index) => read(item, [...path, String(index)]));
    const deeper = inBody || setting === 'headers' || setting === 'query';
    if (isRecord(value) && path.length < (deeper ? MAX_ACCESS_DEPTH : MAX_DEPTH))
      return readTree(value, path);
    // In a body, null removes the member.
    return inBody ? value : (value ?? undefined);
  };

  const readTree = (tree: Tree, path: Path): Tree => {
    return Object.fromEntries(
      Object.entries(tree).flatMap(([key, value]) => {
        const here = [...path, key];
        if (key === '__proto__') {
          refuse(here, 'key', 'a key cannot be named "__proto__"', 'remove it');
          return [];
        }
        const result = read(value, here);
        return result === undefined ? [] : [[key, result]];
      }),
    );
  };

  return { layer: { tree: readTree(written, []), sourceOf, variables, unsetKeys }, problems };
}

/** Returns the highest layer that has the setting. */
export function layerOf(layers: readonly Layer[], path: Path): Layer | undefined {
  return layers.findLast((layer) => valueAt(layer.tree, path) !== undefined);
}
