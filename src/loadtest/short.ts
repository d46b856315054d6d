/** A figure as reports have it: to the thousandth. */
export function short(value: number): number {
  return Math.round(value * 1000) / 1000;
}
