import type { IBufferCell, Terminal } from '@xterm/headless';

/** The size of a cell, in pixels. */
const WIDTH = 8.4;
const HEIGHT = 18;
const MARGIN = 10;
const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/** The colours of a dark terminal: background, text, and the palette. */
const BACKGROUND = '#0d1117';
const TEXT = '#c9d1d9';
const PALETTE = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#f0f6fc'],
];

/** Replaces a text with one that is not longer, e.g. an address that differs each time. */
export type Replacement = readonly [from: string, to: string];

interface Cell {
  char: string;
  /** Width in cells; 0 for the second half of a wide character. */
  width: number;
  /** The text's SVG attributes. */
  style: string;
  fill: string;
  behind: string | undefined;
}

/** Returns the contents of a terminal as an SVG picture. */
export function screenSvg(
  terminal: Terminal,
  title: string,
  { replacements = [], cursor = true }: { replacements?: readonly Replacement[]; cursor?: boolean } = {},
): string {
  const width = terminal.cols * WIDTH + 2 * MARGIN;
  const height = terminal.rows * HEIGHT + 2 * MARGIN;
  const rows: string[] = [];
  for (let y = 0; y < terminal.rows; y += 1) rows.push(...rowSvg(cellsOf(terminal, y, replacements), y));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width)} ${height}" font-family="${FONT}" font-size="14" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...rows,
    ...(cursor ? [cursorSvg(terminal)] : []),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

function cellsOf(terminal: Terminal, y: number, replacements: readonly Replacement[]): Cell[] {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + y);
  const cells: Cell[] = [];
  for (let x = 0; x < terminal.cols; x += 1) {
    const cell = line?.getCell(x);
    if (cell !== undefined) cells.push(cellOf(cell));
  }
  for (const [from, to] of replacements) {
    for (let x = 0; x + from.length <= cells.length; x += 1) {
      const found = cells.slice(x, x + from.length);
      if (found.map(({ char }) => char).join('') !== from) continue;
      let end = x + from.length;
      while (end < cells.length && cells[end]?.char !== ' ') end += 1;
      // The rest of the word moves to the left.
      const word = cells.slice(x, end);
      const text =
        to +
        word
          .slice(from.length)
          .map(({ char }) => char)
          .join('');
      for (const [index, cell] of word.entries()) cell.char = text.charAt(index) || ' ';
    }
  }
  return cells;
}

function cellOf(cell: IBufferCell): Cell {
  const front = cell.isFgPalette() ? (PALETTE[cell.getFgColor()] ?? TEXT) : TEXT;
  const back = cell.isBgPalette() ? PALETTE[cell.getBgColor()] : undefined;
  const inverse = cell.isInverse() !== 0;
  const style = [
    cell.isBold() ? ' font-weight="bold"' : '',
    cell.isItalic() ? ' font-style="italic"' : '',
    cell.isUnderline() ? ' text-decoration="underline"' : '',
    cell.isStrikethrough() ? ' text-decoration="line-through"' : '',
    cell.isDim() ? ' opacity=".6"' : '',
  ].join('');
  return {
    char: cell.getChars() || ' ',
    width: cell.getWidth(),
    style,
    fill: inverse ? (back ?? BACKGROUND) : front,
    behind: inverse ? front : back,
  };
}

/** Returns a row's SVG, run by run: backgrounds, lines and blocks as shapes, and other characters as text. */
function rowSvg(cells: readonly Cell[], y: number): string[] {
  const shapes: string[] = [];
  for (let x = 0; x < cells.length; ) {
    const run = [cells[x]].filter((cell) => cell !== undefined);
    const [first] = run;
    if (first === undefined) break;
    const kind = kindOf(first.char);
    for (let next = cells[x + 1]; next !== undefined; next = cells[x + run.length]) {
      const alike = next.fill === first.fill && next.style === first.style && next.behind === first.behind;
      const same =
        kindOf(next.char) === kind && (kind === 'text' || (next.char === first.char && first.char !== '│'));
      if (!alike || (next.width > 0 && !same)) break;
      run.push(next);
    }
    shapes.push(...runSvg(run, kind, x, y));
    x += run.length;
  }
  return shapes;
}

type Kind = 'text' | 'line' | 'block';

function kindOf(char: string): Kind {
  if (BOX[char] !== undefined) return 'line';
  return char >= '\u2581' && char <= '\u258f' ? 'block' : 'text';
}

function runSvg(run: readonly Cell[], kind: Kind, x: number, y: number): string[] {
  const [first] = run;
  if (first === undefined) return [];
  const { fill, style, behind, char } = first;
  const [left, top, width] = [x * WIDTH, y * HEIGHT, run.length * WIDTH];
  const shapes: string[] = [];
  if (behind !== undefined) shapes.push(rect(left, top, width, HEIGHT, behind));
  if (kind === 'line') shapes.push(boxSvg(char, run.length, left, top, `stroke="${fill}"${style}`));
  else if (kind === 'block') shapes.push(blockSvg(char, run.length, left, top, fill, style));
  else {
    for (const { start, cells } of wordsOf(run)) {
      const text = cells.map((cell) => (cell.width === 0 ? '' : cell.char)).join('');
      // textLength keeps a text in its cells with any font.
      const at = `x="${px(left + start * WIDTH)}" y="${px(top + 13.5)}" textLength="${px(cells.length * WIDTH)}"`;
      shapes.push(`<text ${at} fill="${fill}"${style}>${escaped(text)}</text>`);
    }
  }
  return shapes;
}

/** Splits a run at two or more blanks, because browsers collapse them and textLength would then stretch the letters. */
function wordsOf(run: readonly Cell[]): { start: number; cells: Cell[] }[] {
  const words: { start: number; cells: Cell[] }[] = [];
  for (const [x, cell] of run.entries()) {
    if (cell.char === ' ' && cell.width > 0) continue;
    const last = words.at(-1);
    const end = last === undefined ? -2 : last.start + last.cells.length;
    if (last !== undefined && x - end <= 1) last.cells.push(...run.slice(end, x + 1));
    else words.push({ start: x, cells: [cell] });
  }
  return words;
}

/** The arms of box characters from the middle of the cell: up, right, down, left. */
const BOX: Readonly<Record<string, string>> = {
  '─': 'rl',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ur',
  '┘': 'ul',
  '├': 'udr',
  '┤': 'udl',
  '┬': 'rld',
  '┴': 'rlu',
  '┼': 'udrl',
};

function boxSvg(char: string, count: number, left: number, top: number, attributes: string): string {
  const [x, y] = [left + WIDTH / 2, top + HEIGHT / 2];
  if (char === '─') return `<path d="M${px(left)} ${px(y)}h${px(count * WIDTH)}" ${attributes}/>`;
  const arms: Record<string, string> = {
    u: `M${px(x)} ${px(y)}V${px(top)}`,
    d: `M${px(x)} ${px(y)}V${px(top + HEIGHT)}`,
    l: `M${px(x)} ${px(y)}H${px(left)}`,
    r: `M${px(x)} ${px(y)}H${px(left + WIDTH)}`,
  };
  return `<path d="${[...(BOX[char] ?? '')].map((arm) => arms[arm]).join('')}" ${attributes}/>`;
}

/** U+2581 to U+2588 grow from the bottom. U+2589 to U+258F shrink to the left, and are drawn one by one. */
function blockSvg(
  char: string,
  count: number,
  left: number,
  top: number,
  fill: string,
  style: string,
): string {
  const code = char.charCodeAt(0);
  if (code <= 0x2588) {
    const height = ((code - 0x2580) / 8) * HEIGHT;
    return rect(left, top + HEIGHT - height, count * WIDTH, height, fill, style);
  }
  return rect(left, top, ((0x2590 - code) / 8) * WIDTH, HEIGHT, fill, style);
}

function cursorSvg(terminal: Terminal): string {
  const { cursorX, cursorY } = terminal.buffer.active;
  return rect(cursorX * WIDTH, cursorY * HEIGHT, WIDTH, HEIGHT, TEXT, ' opacity=".5"');
}

function rect(x: number, y: number, width: number, height: number, fill: string, style = ''): string {
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"${style}/>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
