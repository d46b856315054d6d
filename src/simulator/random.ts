import type { Random } from '../common/random.js';

/** Picks one of `options`, all with the same probability. */
export function pick<T>(options: readonly [T, ...T[]], random: Random): T {
  return options[Math.floor(random() * options.length)] ?? options[0];
}

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Returns an identifier like `chatcmpl-x7Kd…`: `prefix` and 24 letters or digits. */
export function randomId(prefix: string, random: Random): string {
  const pickLetter = (): string =>
    LETTERS_AND_DIGITS.charAt(Math.floor(random() * LETTERS_AND_DIGITS.length));
  return prefix + Array.from({ length: 24 }, pickLetter).join('');
}
