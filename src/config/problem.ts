import { isAbsolute, relative } from 'node:path';
import { ConnectorException, ErrorClass } from '../common/errors.js';

/** The source of a value. */
export type Source =
  | { kind: 'default' }
  /** `path` is the result of `shortPath`; line and column count from 1. */
  | { kind: 'file'; path: string; line: number; column: number }
  /** A whole file. */
  | { kind: 'whole file'; path: string }
  | { kind: 'env'; variable: string }
  | { kind: 'flag'; name: string }
  /** An object that a program passed. */
  | { kind: 'object' };

/** A problem in the configuration. `error`: a setting was not used as written. */
export interface Problem {
  severity: 'error' | 'warning';
  /** The problem, without its position. */
  message: string;
  /** The setting, dotted, e.g. `openai.base_url`; empty for a problem of the whole file. */
  path: string;
  source: Source;
  /** Advice, e.g. `did you mean "api_key"?` */
  suggestion?: string;
}

/** The configuration can't be used. The message is for users and names every problem. */
export class ConfigError extends ConnectorException {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'), ErrorClass.InvalidRequest);
    this.problems = problems;
  }
}

/** Sorts problems: those of the file first, by line; then the others, in the given order. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const position = ({ source }: Problem): [number, number] => {
    return source.kind === 'file' ? [source.line, source.column] : [Infinity, 0];
  };
  return problems.toSorted((one, other) => {
    const [line, column] = position(one);
    const [otherLine, otherColumn] = position(other);
    return line === otherLine ? column - otherColumn : line < otherLine ? -1 : 1;
  });
}

/** Returns e.g. `config.yaml:3:5: unknown key "openai.api_keyy" - did you mean "api_key"?`, safe for a terminal. */
export function formatProblem(problem: Problem): string {
  const suggestion = problem.suggestion === undefined ? '' : ` - ${problem.suggestion}`;
  return visible(`${formatSource(problem.source)}: ${problem.message}${suggestion}`);
}

/** Returns e.g. `config.yaml:3:5`, `OPENAI_API_KEY`, `--model` or `default`. */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case 'file':
      return `${source.path}:${source.line}:${source.column}`;
    case 'whole file':
      return source.path;
    case 'env':
      return source.variable;
    case 'flag':
      return source.name;
    case 'object':
      return 'configuration object';
    case 'default':
      return 'default';
  }
}

/** Returns a path relative to `cwd` if it is below it, else the absolute path. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** Returns the text in quotes, shortened if it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/**
 * Returns the text with control, direction and invisible characters written as `\u....`, because a file may try to
 * manipulate the terminal. Joiners stay: scripts and emoji use them.
 */
export function visible(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
