/** A difference between two JSON values; `before` or `after` is undefined when that value lacks the path. */
export interface JsonDifference {
  /** `messages[2].content` */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Returns the differences between two JSON values: first those at paths of the first value, then those at new paths of
 * the second.
 */
export function jsonDifferences(before: unknown, after: unknown): readonly JsonDifference[] {
  const one = leaves(before);
  const other = leaves(after);
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((path) => {
    const [was, is] = [one.get(path), other.get(path)];
    return was === is ? [] : [{ path, before: was, after: is }];
  });
}

function leaves(value: unknown, path = '', found = new Map<string, string>()): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    found.set(path, JSON.stringify(value));
    return found;
  }
  for (const [name, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`;
    leaves(inner, path + step, found);
  }
  return found;
}
