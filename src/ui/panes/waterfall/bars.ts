import type { Span } from '../../style/line.js';

const EIGHTHS = ' ▏▎▍▌▋▊▉█';
const FULL = '█';
/** Marks where a bar is longer (`OVER`) or shorter (`UNDER`) than the compared one. */
export const OVER = '▓';
export const UNDER = '░';

/** Returns a bar of `share` of the width, in eighths of a cell; at least an eighth if `share` isn't 0. */
export function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const rest = EIGHTHS.charAt(eighths % 8);
  return FULL.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}

/** Returns a bar of `share` of the width, compared with another bar. `OVER` and `UNDER` mark the difference. */
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

/** Milliseconds for a column, with a tenth below 100. */
export function cellMs(ms: number): string {
  return ms < 99.95 ? ms.toFixed(1) : String(Math.round(ms));
}
