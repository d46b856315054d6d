/** Heights of a cell, from nothing to all of it. */
export const LEVELS = ' ▁▂▃▄▅▆▇█';

/** Values from 0 up as bars of one cell each, the highest one full. */
export function sparks(values: readonly number[]): string {
  const top = Math.max(...values);
  if (values.length === 0 || top <= 0) return '';
  return values
    .map((value) => LEVELS.charAt(1 + Math.round((Math.max(0, value) / top) * (LEVELS.length - 2))))
    .join('');
}
