/** A number in [0, 1), as `Math.random()`. */
export type Random = () => number;

const MIX = 0x6d2b79f5;

/**
 * A generator that gives the same numbers for the same seed (mulberry32: 32 bits of state, good enough
 * for jitter and choices, not for secrets). `stream` gives each exchange numbers of its own, so that one
 * exchange draws the same whatever others run beside it.
 */
export function createRandom(seed: number, stream = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 0;
  return () => {
    state = (state + MIX) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw from the normal distribution with mean 0 and deviation 1 (Box-Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** A draw from `options`, each as likely as the others. */
export function pick<T>(options: readonly [T, ...T[]], random: Random): T {
  return options[Math.floor(random() * options.length)] ?? options[0];
}

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An identifier such as `chatcmpl-x7Kd…`: `prefix` and 24 letters or digits. */
export function randomId(prefix: string, random: Random): string {
  const pickLetter = (): string =>
    LETTERS_AND_DIGITS.charAt(Math.floor(random() * LETTERS_AND_DIGITS.length));
  return prefix + Array.from({ length: 24 }, pickLetter).join('');
}
