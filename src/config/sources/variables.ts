/** Environment variables by name; an empty one counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The result of replacing variables in a text. */
export type Interpolated =
  | { kind: 'text'; text: string; variables: readonly string[] }
  | { kind: 'unset'; variable: string; variables: readonly string[] }
  /** The text contains `${` that does not start a variable. */
  | { kind: 'malformed' };

/** A default contains no variable: the text after the first `}` would not belong to it. */
const VARIABLE = /\$\{([A-Za-z_]\w*)(?::-((?:(?!\$\{)[^}])*))?\}/g;

/** Returns the variable's value; undefined when it is unset or empty. */
export function lookUp(env: Environment, variable: string): string | undefined {
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  return value === '' ? undefined : value;
}

/** Replaces `${NAME}` and `${NAME:-default}`. Variables within a variable's value are not replaced. */
export function interpolate(text: string, env: Environment): Interpolated {
  if (text.replace(VARIABLE, '').includes('${')) return { kind: 'malformed' };
  const matches = [...text.matchAll(VARIABLE)];
  const variables = matches.flatMap(([, name]) => (name === undefined ? [] : [name]));
  const unset = matches.find(([, name = '', fallback]) => (lookUp(env, name) ?? fallback) === undefined);
  if (unset?.[1] !== undefined) return { kind: 'unset', variable: unset[1], variables };
  const replaced = text.replace(VARIABLE, (_match, name: string, fallback?: string) => {
    return lookUp(env, name) ?? fallback ?? '';
  });
  return { kind: 'text', text: replaced, variables };
}
