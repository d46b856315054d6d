import { graphemeWidth, segments } from '../../state/text/graphemes.js';
import type { Theme } from './theme.js';

/** Maps each character of `from` to the one at its place in `to`. */
function pairs(from: string, to: string): [string, string][] {
  return [...from].map((char, index) => [char, to[index] ?? '?']);
}

/** Characters that the fonts of the Linux console have. */
const BOXES = pairs('─│┌┐└┘├┤┬┴┼█▄▌•·↑↓→←', '-|+++++++++##|*.^v><');
const BLOCKS = '▁▂▃▅▆▇▏▎▍▋▊▉';

const OTHERS = [
  ...pairs('…–—−‐‑‹›«»×÷', '.-----<><>x/'),
  ...pairs('“”„‘’‚', '"""\'\'\''),
  ...pairs('●○◌◦▸▷▶◁◀✓✗✔✘µ', '*ooo>>><<vxvxu'),
];

const CONSOLE: ReadonlyMap<string, string> = new Map([...pairs(BLOCKS, '▄▄▄███▌▌▌███'), ...OTHERS]);
const ALL: ReadonlyMap<string, string> = new Map([...BOXES, ...pairs(BLOCKS, '..:=+*|||###'), ...OTHERS]);

/** Replaces the symbols of plots and of punctuation with others of the same width. All other characters stay. */
export function withPlainSymbols(text: string, terminal: 'ascii' | 'console'): string {
  const known = terminal === 'ascii' ? ALL : CONSOLE;
  return text.replace(/[\u2010-\u25cf]/g, (char) => known.get(char) ?? char);
}

const ASCII = /^[\x20-\x7e]*$/;
const LETTER = /^\p{L}/u;
const MARKS = /\p{M}/gu;

/** Returns a theme for a terminal that doesn't read UTF-8: an ASCII character stands in each cell. */
export function inAscii(theme: Theme): Theme {
  return (tone, text) => theme(tone, ASCII.test(text) ? text : replaced(text, asciiOf));
}

/** Returns a theme for the Linux console, whose fonts lack many symbols. */
export function forConsole(theme: Theme): Theme {
  return (tone, text) => theme(tone, ASCII.test(text) ? text : replaced(text, (char) => CONSOLE.get(char)));
}

function replaced(text: string, replacement: (grapheme: string) => string | undefined): string {
  let out = '';
  for (const { segment } of segments(text)) out += replacement(segment) ?? segment;
  return out;
}

/**
 * Returns an ASCII text as wide as the grapheme: its own character, the letter without its accents, or question marks.
 */
function asciiOf(grapheme: string): string {
  if (ASCII.test(grapheme)) return grapheme;
  const width = graphemeWidth(grapheme, 0);
  const known =
    ALL.get(grapheme) ?? (LETTER.test(grapheme) ? grapheme.normalize('NFD').replace(MARKS, '') : '');
  return known.length === width && ASCII.test(known) ? known : '?'.repeat(width);
}
