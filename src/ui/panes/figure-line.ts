import type { Figure } from '../../metrics/figures.js';
import { type Line, lineWidth, spread } from '../style/line.js';

/**
 * Returns a figure's name and value: `first token (TTFT)     307 ms`. The term in parentheses is dropped if it doesn't
 * fit.
 */
export function figureLine({ label, term }: Figure, value: string, width: number): Line {
  const named = term === undefined ? label : `${label} (${term})`;
  const fits = lineWidth([named, ' ', value]) <= width;
  return spread([['dim', fits ? named : label]], [value], width);
}
