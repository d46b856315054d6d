import type * as z from 'zod/mini';
import { ApiError } from '../http/api-error.js';

type Issue = z.core.$ZodIssue;

const EXPECTED: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
};

/** OpenAI's words for a request without a model. */
export const NO_MODEL = 'you must provide a model parameter';

/** Returns the error 400 for an invalid body. It describes the first issue. */
export function invalidRequest(issues: readonly Issue[]): ApiError {
  const [first] = issues;
  return first === undefined ? new ApiError(400, { message: 'Invalid request.' }) : describe(first, []);
}

/** @param parent path of the enclosing union; zod's paths of inner issues are relative to it */
function describe(issue: Issue, parent: readonly PropertyKey[]): ApiError {
  const path = [...parent, ...issue.path];
  const param = nameOf(path);
  const got = nameOfType(issue.input);
  const refuse = (message: string, code: string): ApiError => new ApiError(400, { message, param, code });

  switch (issue.code) {
    case 'invalid_type': {
      if (param === null) {
        return new ApiError(400, { message: `The request body must be a JSON object, but it is ${got}.` });
      }
      if (param === 'model' && issue.input === undefined) {
        return new ApiError(400, { message: NO_MODEL });
      }
      if (issue.input === undefined) {
        return refuse(`Missing required parameter: '${param}'.`, 'missing_required_parameter');
      }
      const expected = EXPECTED[issue.expected] ?? issue.expected;
      return refuse(
        `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
        'invalid_type',
      );
    }
    case 'invalid_union': {
      if (issue.input === undefined && param !== null)
        return refuse(`Missing required parameter: '${param}'.`, 'missing_required_parameter');
      const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
      // Describe the issue of the branch whose outer type matches. When several match, prefer the one with the same
      // `type` member.
      const fitting = branches.filter(
        ({ code, path: { length } }) =>
          length > 0 ||
          (code === 'invalid_value' ? typeof issue.input !== 'object' : code !== 'invalid_type'),
      );
      const meant = fitting.find((inner) => inner.path[0] !== 'type') ?? fitting[0];
      if (meant?.code === 'invalid_value' && meant.path[0] === 'type') {
        const values = fitting.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []));
        return describe({ ...meant, values }, path);
      }
      if (meant !== undefined) return describe(meant, path);
      const expected = branches.map((inner) =>
        inner.code === 'invalid_type' ? (EXPECTED[inner.expected] ?? inner.expected) : inner.code,
      );
      return refuse(
        `Invalid type for '${param}': expected one of ${expected.join(' or ')}, but got ${got} instead.`,
        'invalid_type',
      );
    }
    case 'invalid_value': {
      const supported = issue.values.map((value) => `'${String(value)}'`).join(', ');
      if (issue.input === undefined) {
        return refuse(`Missing required parameter: '${param}'.`, 'missing_required_parameter');
      }
      return refuse(
        `Invalid value for '${param}': ${clip(JSON.stringify(issue.input))}. Supported values are: ${supported}.`,
        'invalid_value',
      );
    }
    case 'too_small':
      return issue.origin === 'array'
        ? refuse(
            `Invalid '${param}': empty array. Expected an array with minimum length ${issue.minimum}, but got an empty array instead.`,
            'empty_array',
          )
        : refuse(
            `Invalid '${param}': ${issue.message} below minimum value. Expected a value >= ${issue.minimum}, but got ${String(issue.input)} instead.`,
            `${issue.message}_below_min_value`,
          );
    case 'too_big':
      return issue.origin === 'array'
        ? refuse(
            `Invalid '${param}': array too long. Expected an array with maximum length ${issue.maximum}, but got an array with length ${lengthOf(issue.input)} instead.`,
            'array_above_max_length',
          )
        : refuse(
            `Invalid '${param}': ${issue.message} above maximum value. Expected a value <= ${issue.maximum}, but got ${String(issue.input)} instead.`,
            `${issue.message}_above_max_value`,
          );
    default:
      return refuse(`Invalid '${param}': ${issue.message}.`, 'invalid_value');
  }
}

/** Returns a path like `messages[0].role`, or null for the body itself. */
function nameOf(path: readonly PropertyKey[]): string | null {
  if (path.length === 0) return null;
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('');
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function nameOfType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Shortens a client's value for an error message. */
function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
