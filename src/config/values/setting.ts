import * as z from 'zod/mini';
import { quote } from '../problem.js';

/** A value that was read, or the reason why it can't be used, as the end of a sentence. */
export type Verdict<T> = { value: T } | { refused: string };

/**
 * Returns the schema of one setting. `read` returns the value, or the reason for the refusal as the end of a sentence.
 */
export function setting<T>(read: (value: unknown) => Verdict<T>) {
  return z.pipe(
    z.unknown(),
    z.transform((value, context): T => {
      const verdict = value === undefined ? { refused: 'is missing' } : read(value);
      if ('value' in verdict) return verdict.value;
      context.issues.push({ code: 'custom', message: verdict.refused, input: value });
      return z.NEVER;
    }),
  );
}

/** Returns how a message shows a value, e.g. in quotes, or `a list`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** Reads one line of text. */
export function readText(value: unknown): Verdict<string> {
  if (typeof value !== 'string') return { refused: `must be text, not ${describe(value)}` };
  if (value.trim() === '') return { refused: 'must not be empty' };
  if (/[\x00-\x1f\x7f-\x9f]/.test(value)) return { refused: 'must not contain control characters' };
  return value.length > 1024 ? { refused: 'must not be longer than 1024 characters' } : { value };
}

const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** True or false. */
export const onOff = setting((value): Verdict<boolean> => {
  const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
  const read = SWITCH_WORDS.get(word);
  return read === undefined
    ? { refused: `must be true or false (also yes, no, on, off, 1, 0), not ${describe(value)}` }
    : { value: read };
});

/** Returns the schema of a setting that is one of a few words. */
export function oneOf<T extends string>(words: readonly T[]) {
  return setting((value): Verdict<T> => {
    const word = words.find((one) => one === value);
    return word === undefined
      ? { refused: `must be one of ${words.join(', ')}, not ${describe(value)}` }
      : { value: word };
  });
}
