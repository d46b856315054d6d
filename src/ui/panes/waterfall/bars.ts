import type { Span } from '../../style/line.js';

const EIGHTHS = ' ▏▎▍▌▋▊▉█';
const FULL = '█';
/** Beyond what it is compared with, and short of it. */
export const OVER = '▓';
export const UNDER = '░';

/** A bar of `share` of the width, to an eighth of a cell; at least a hair for what is not nothing. */
export function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const rest = EIGHTHS.charAt(eighths % 8);
  return FULL.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}

/** A bar of `share` of the width against another one: what it has more, and what the other has more, look different. */
export function barAgainst(share: number, other: number, width: number): readonly Span[] {
  const cells = Math.round(share * width);
  const others = Math.round(other * width);
  if (cells === 0 && others === 0) return [['accent', bar(share, width).padEnd(width)]];
  const common = Math.min(cells, others);
  const blank = ' '.repeat(Math.max(0, width - Math.max(cells, others)));
  return [
    ['accent', FULL.repeat(common) + OVER.repeat(cells - common)],
    ['dim', UNDER.repeat(others - common)],
    blank,
  ];
}

/** Milliseconds in a column; a tenth only where it says something. */
export function cellMs(ms: number): string {
  return ms < 99.95 ? ms.toFixed(1) : String(Math.round(ms));
}
