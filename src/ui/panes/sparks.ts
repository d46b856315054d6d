/** Bars of one cell, from empty to full. */
export const LEVELS = ' ▁▂▃▄▅▆▇█';

/** Returns one bar of one cell per value; the highest value has a full bar. */
export function sparks(values: readonly number[]): string {
  const top = Math.max(...values);
  if (values.length === 0 || top <= 0) return '';
  return values
    .map((value) => LEVELS.charAt(1 + Math.round((Math.max(0, value) / top) * (LEVELS.length - 2))))
    .join('');
}
