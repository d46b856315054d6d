/** Rounds a figure to a thousandth, as in reports. */
export function short(value: number): number {
  return Math.round(value * 1000) / 1000;
}
