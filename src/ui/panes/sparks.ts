const SPARKS = '▁▂▃▄▅▆▇█';

/** Values from 0 up as bars of one cell each, the highest one full. */
export function sparks(values: readonly number[]): string {
  const top = Math.max(...values);
  if (values.length === 0 || top <= 0) return '';
  return values
    .map((value) => SPARKS.charAt(Math.round((Math.max(0, value) / top) * (SPARKS.length - 1))))
    .join('');
}
