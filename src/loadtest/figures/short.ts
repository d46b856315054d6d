/** Rounds a figure to three decimals, as in reports. */
export function short(value: number): number {
  return Math.round(value * 1000) / 1000;
}
