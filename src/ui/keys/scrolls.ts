/** The rows that a key scrolls in an overlay, given the rows of a page. */
export const SCROLLS: ReadonlyMap<string, (page: number) => number> = new Map<
  string,
  (page: number) => number
>([
  ['up', () => -1],
  ['down', () => 1],
  ['wheelup', () => -1],
  ['wheeldown', () => 1],
  ['pageup', (page) => -page],
  ['pagedown', (page) => page],
  ['home', () => Number.NEGATIVE_INFINITY],
  ['end', () => Number.POSITIVE_INFINITY],
]);

/** Clamps the value to 0…`last`. */
export function within(value: number, last: number): number {
  return Math.min(Math.max(0, last), Math.max(0, value));
}
