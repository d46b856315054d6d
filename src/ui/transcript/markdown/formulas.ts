import { isEscaped } from '../../../common/text/escaped.js';

/** A half-open range of a text, in UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Matches the openers of formulas. Also matches code spans and escaped characters, in which no formula begins. */
const OPENER = /`+|\\\[|\\\(|\\begin\{([A-Za-z]+\*?)\}|\\[\s\S]|\$\$?/g;
/** Pandoc's rule, which excludes prices: no space inside of the dollars, no letter or digit after them. */
const BETWEEN_DOLLARS = /\$(?![\s$])((?:\\[^\n]|[^$\\`\n])+?)(?<![\s\\])\$(?![\p{L}\p{N}$])/uy;
const EMPHASIS = /\*\*|~~/;
const BLANK_LINE = /\n[ \t]*(?:\n|$)/g;
/** The text before a formula at the start of a line: indentation and marks of lists and quotations. */
const LINE_START = /(?:^|\n)[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?$/;
/** How far `LINE_START` looks back, in UTF-16 units. */
const LOOK_BACK = 32;

/**
 * Returns the formulas of a text in order: `\(…\)`, `\[…\]`, `$…$`, `$$…$$`, `\begin{…}…\end{…}`. A formula ends at a
 * blank line at the latest. An unclosed formula that begins a line extends to the blank line.
 */
export function formulasIn(text: string): Range[] {
  const formulas: Range[] = [];
  const find = createFinder(text);
  OPENER.lastIndex = 0;
  for (let match = OPENER.exec(text); match !== null; match = OPENER.exec(text)) {
    const [opener, environment] = match;
    const from = match.index;
    const inside = from + opener.length;
    if (opener.startsWith('`')) {
      OPENER.lastIndex = codeEnd(text, opener, inside);
      continue;
    }
    const to = opener === '$' ? dollarEnd(text, from) : find(closerOf(opener, environment), from, inside);
    if (to === undefined) continue;
    formulas.push({ from, to });
    OPENER.lastIndex = to;
  }
  return formulas;
}

/** Returns the text that closes the formula; undefined for an escaped character. */
function closerOf(opener: string, environment: string | undefined): string | undefined {
  if (environment !== undefined) return `\\end{${environment}}`;
  if (opener === '\\[') return '\\]';
  if (opener === '\\(') return '\\)';
  return opener === '$$' ? opener : undefined;
}

type Finder = (closer: string | undefined, from: number, inside: number) => number | undefined;

/** Finds the ends of formulas. It scans the text only once for each closer. */
function createFinder(text: string): Finder {
  const known = new Map<string, number>();
  let blank = -1;

  const blankFrom = (at: number): number => {
    if (blank >= at) return blank;
    BLANK_LINE.lastIndex = at;
    blank = BLANK_LINE.exec(text)?.index ?? text.length;
    return blank;
  };
  const closerFrom = (closer: string, at: number): number => {
    const before = known.get(closer) ?? -1;
    if (before >= at) return before;
    let found = text.indexOf(closer, at);
    while (found >= 0 && isEscaped(text, found)) found = text.indexOf(closer, found + 1);
    const next = found < 0 ? Number.POSITIVE_INFINITY : found;
    known.set(closer, next);
    return next;
  };

  return (closer, from, inside) => {
    if (closer === undefined) return undefined;
    const end = blankFrom(inside);
    const found = closerFrom(closer, inside);
    if (found < end) return found + closer.length;
    const alone = closer !== '\\)' && LINE_START.test(text.slice(Math.max(0, from - LOOK_BACK), from));
    return alone ? end : undefined;
  };
}

function dollarEnd(text: string, from: number): number | undefined {
  BETWEEN_DOLLARS.lastIndex = from;
  const inside = BETWEEN_DOLLARS.exec(text)?.[1];
  return inside === undefined || EMPHASIS.test(inside) ? undefined : BETWEEN_DOLLARS.lastIndex;
}

/** Returns the offset after the code span that these backticks begin; without a span, after the backticks. */
function codeEnd(text: string, backticks: string, from: number): number {
  const run = /`+/g;
  run.lastIndex = from;
  for (let match = run.exec(text); match !== null; match = run.exec(text)) {
    if (match[0] === backticks) return run.lastIndex;
  }
  return from;
}
