import { InvalidArgumentError } from 'commander';

/** A flag's text that is of no use when empty, as the value of an unset variable is. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}
