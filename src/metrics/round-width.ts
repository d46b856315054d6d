const STEPS = [1, 2, 5];

/** Returns the smallest of 1, 2 or 5 times a power of ten that is at least `least`. */
export function roundWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * (STEPS.find((step) => step * power >= least) ?? 10);
}
