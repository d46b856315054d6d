import { isRecord, type JsonRecord } from '../../common/json.js';

/** Configuration as written: mappings of keys to values not yet checked. */
export type Tree = JsonRecord;

/** The keys that lead to a value, outermost first. */
export type Path = readonly string[];

/** Returns the value at `path`, or undefined. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const key of path) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Returns a tree with only `value` at `path`. */
export function treeOf(path: Path, value: unknown): Tree {
  const [first, ...rest] = path;
  if (first === undefined) return {};
  return { [first]: rest.length === 0 ? value : treeOf(rest, value) };
}

/** Returns `tree` without the values at `paths`. */
export function without(tree: Tree, paths: readonly Path[]): Tree {
  const byKey = Map.groupBy(paths, ([first]) => first);
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) => {
      const rests = byKey.get(key)?.map((path) => path.slice(1));
      if (rests === undefined) return [[key, value]];
      return isRecord(value) && rests.every(({ length }) => length > 0) ? [[key, without(value, rests)]] : [];
    }),
  );
}

/** Returns both trees combined; `above` overrides `below`. */
export function overlay(below: Tree, above: Tree): Tree {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key);
    merged.set(key, isRecord(under) && isRecord(value) ? overlay(under, value) : value);
  }
  return Object.fromEntries(merged);
}
