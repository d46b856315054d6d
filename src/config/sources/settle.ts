import type * as z from 'zod/mini';
import { type Problem, quote } from '../problem.js';
import { type Config, configSchema, REQUIRED_PROFILE_KEYS } from '../values/schema.js';
import { suggestKey } from '../values/suggest.js';
import type { Layer } from './layer.js';
import { overlay, type Path, type Tree, without } from './tree.js';

/** The layers' settings that the schema accepted. */
export interface Settled {
  config: Config;
  /** Lowest first. */
  layers: readonly Layer[];
  problems: readonly Problem[];
}

/** More unknown keys than this in one mapping are counted, not listed. */
const MAX_UNKNOWN_KEYS = 10;

const OTHER_MODE = "add --mode openai, or --mode with a profile's name";

/** Returns the configuration that has only the defaults. */
export function defaults(): Settled {
  return { config: configSchema.parse({}), layers: [], problems: [] };
}

/** Merges `layer` over the settled values. Leaves out settings that the schema refuses, and reports them. */
export function settle(below: Settled, layer: Layer): Settled {
  const base = below.layers.reduce<Tree>((merged, { tree }) => overlay(merged, tree), {});
  let problems = below.problems;
  let tree = layer.tree;
  // The layers below are valid, so every problem is in `tree`, and each round removes a part of `tree`.
  for (;;) {
    const read = configSchema.safeParse(overlay(base, tree));
    if (read.success) return { config: read.data, layers: [...below.layers, { ...layer, tree }], problems };
    const { issues } = read.error;
    problems = [...problems, ...issues.flatMap((issue) => problemsOf(issue, layer))];
    tree = without(tree, issues.flatMap(refusedPaths));
  }
}

/** Returns the paths to drop so that the rest is valid: the value, or the whole profile that requires it. */
function refusedPaths(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  return [neededByProfile(path) ? path.slice(0, 2) : path];
}

function problemsOf(issue: z.core.$ZodIssue, layer: Layer): Problem[] {
  const path = issue.path.map(String);
  const name = path.join('.');
  const error = (message: string, where: Path, part: 'key' | 'value', suggestion?: string): Problem => {
    const source = layer.sourceOf(where, part);
    const hint = suggestion === undefined ? {} : { suggestion };
    return { severity: 'error', message, path: where.join('.'), source, ...hint };
  };

  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = issue.keys.slice(0, MAX_UNKNOWN_KEYS).map((key) => {
        const where = [...path, key];
        // Endpoints have a key for each flag, except for the simulator.
        if (layer.sourceOf(where, 'key').kind === 'flag')
          return error('does not apply to the simulator', where, 'key', OTHER_MODE);
        return error(`unknown key ${quote(where.join('.'))}`, where, 'key', suggestKey(where));
      });
      const more = issue.keys.length - unknown.length;
      return more === 0 ? unknown : [...unknown, error(`and ${more} more unknown keys`, path, 'key')];
    }
    case 'invalid_key':
      return [error(`${name} ${issue.issues[0]?.message ?? issue.message}; it is left out`, path, 'key')];
    case 'invalid_type':
      return [error(`${name} must be a mapping of keys; it is ignored`, path, 'value')];
    default: {
      const dropped = neededByProfile(path) ? `profile ${quote(path[1] ?? '')} is left out` : 'it is ignored';
      const consequence = layer.sourceOf(path, 'value').kind === 'flag' ? '' : `; ${dropped}`;
      return [error(`${name} ${issue.message}${consequence}`, path, 'value')];
    }
  }
}

function neededByProfile(path: Path): boolean {
  const [section, , key = ''] = path;
  return section === 'profiles' && REQUIRED_PROFILE_KEYS.includes(key);
}
