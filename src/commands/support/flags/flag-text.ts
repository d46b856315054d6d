import { InvalidArgumentError } from 'commander';

/** Returns a parser for a flag's text that must not be empty, for example from an unset variable. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}

/** Like `notEmpty`, for an argument that may be repeated. */
export function eachNotEmpty(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), notEmpty(text)];
}
