/** Returns a number in [0, 1), like `Math.random()`. */
export type Random = () => number;

/** The largest useful seed: `createRandom` keeps 32 bits. */
export const MAX_SEED = 2 ** 32 - 1;

const MIX = 0x6d2b79f5;

/**
 * Creates a generator of the same numbers for the same seed (mulberry32: 32 bits of state, good enough for jitter and
 * choices, not for secrets). With its own `stream`, an exchange gets the same numbers whatever other exchanges draw.
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

/** Returns a draw from the normal distribution with mean 0 and deviation 1 (Box and Muller, 1958). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Returns a draw from the gamma distribution with this shape and scale 1 (Marsaglia and Tsang, 2000). */
export function gamma(shape: number, random: Random): number {
  // The method is not valid below 1, so a draw with the shape plus 1 is scaled down.
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
