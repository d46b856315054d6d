import { withBidiMarks } from '../../../common/text/bidi.js';
import { createSanitizer, forTerminal } from '../../../state/text/sanitize.js';
import { HIDE_CURSOR, SHOW_CURSOR } from '../../../ui/screen/cursor.js';
import { withPlainSymbols } from '../../../ui/style/ascii.js';

/** The style of a text on a terminal with colours. */
export type Style = 'bold' | 'green' | 'red' | 'yellow';
export type Piece = string | readonly [style: Style, text: string];

/**
 * The output of a command. A terminal gets text without control sequences, and with marks for bidirectional controls;
 * a file or pipe gets the bytes unchanged.
 */
export interface Sink {
  /** Writes whole texts. */
  print(...pieces: readonly Piece[]): void;
  /** Writes a value as JSON and a newline. Control characters are escaped, which is the same JSON. */
  json(value: unknown, indent?: number): void;
  /** Writes the next piece of a text; control sequences may be split between two pieces. */
  live(): LiveText;
  /** Replaces the terminal's line with as much of this text as fits. Writes nothing without a terminal. */
  rewriteLine(text: string): void;
  /**
   * Draws lines in place of the earlier ones; an empty list removes them. The cursor is hidden and stays at their
   * beginning, so other output pushes them down. Does nothing without a terminal.
   */
  rewriteBlock(lines: readonly string[]): void;
  /** Clears the terminal; does nothing without one. */
  clear(): void;
  /** Scrolls the terminal until its screen is empty, with the cursor at its top; does nothing without a terminal. */
  scrollAway(): void;
}

interface LiveText {
  /** @returns the written text */
  feed(piece: string): string;
  end(): string;
}

const CODES: Record<Style, readonly [on: string, off: string]> = {
  bold: ['\x1b[1m', '\x1b[22m'],
  green: ['\x1b[32m', '\x1b[39m'],
  red: ['\x1b[31m', '\x1b[39m'],
  yellow: ['\x1b[33m', '\x1b[39m'],
};
const CLEAR_BELOW = '\r\x1b[J';
const CLEAR_LINE = '\r\x1b[K';
/** Moves the cursor to the top left, and clears the screen below it. */
const CLEAR_SCREEN = '\x1b[H\x1b[J';
/** JSON already escapes all characters below the space. */
const UNSEEN = /[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udc7f]/g;

/** @param env decides, with its locale and TERM, which symbols a terminal gets */
export function createSink(
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Sink {
  const symbols = symbolsOf(env);
  // Read `write` each time: the chat replaces it while it runs.
  const write = (text: string): void => {
    if (text !== '') stream.write(text);
  };
  const drawable = (text: string): string => {
    const harmless = forTerminal(text);
    return symbols === 'all' ? harmless : withPlainSymbols(harmless, symbols);
  };
  const shown = (text: string): string => (stream.isTTY ? drawable(text) : text);
  const styled = (piece: Piece): string => {
    if (typeof piece === 'string') return shown(piece);
    const [on, off] = stream.isTTY && stream.hasColors() ? CODES[piece[0]] : ['', ''];
    return on + shown(piece[1]) + off;
  };

  return {
    print: (...pieces) => write(pieces.map(styled).join('')),
    json: (value, indent) => write(`${JSON.stringify(value, null, indent).replace(UNSEEN, escaped)}\n`),
    live() {
      const sanitizer = stream.isTTY ? createSanitizer() : undefined;
      const put = (text: string): string => {
        const harmless = sanitizer === undefined ? text : withBidiMarks(text);
        write(harmless);
        return harmless;
      };
      return {
        feed: (piece) => put(sanitizer === undefined ? piece : sanitizer.feed(piece)),
        end: () => put(sanitizer?.flush() ?? ''),
      };
    },
    rewriteLine(text) {
      if (!stream.isTTY) return;
      const [line = ''] = drawable(text).split('\n', 1);
      write(CLEAR_LINE + line.slice(0, stream.columns - 1));
    },
    rewriteBlock(lines) {
      if (!stream.isTTY) return;
      const up = lines.length > 1 ? `\x1b[${lines.length - 1}A` : '';
      const drawn = `${HIDE_CURSOR}${lines.map(drawable).join('\n')}${up}\r`;
      write(CLEAR_BELOW + (lines.length === 0 ? SHOW_CURSOR : drawn));
    },
    clear() {
      if (stream.isTTY) write(CLEAR_SCREEN);
    },
    scrollAway() {
      if (stream.isTTY) write(`\x1b[${stream.rows}B${'\n'.repeat(stream.rows)}${CLEAR_SCREEN}`);
    },
  };
}

/** Without a locale, a terminal most often reads UTF-8: containers set none. */
function symbolsOf({
  LC_ALL,
  LC_CTYPE,
  LANG,
  TERM,
}: Readonly<Record<string, string | undefined>>): 'all' | 'ascii' | 'console' {
  const locale = LC_ALL || LC_CTYPE || LANG;
  if (locale !== undefined && locale !== '' && !/utf-?8/i.test(locale)) return 'ascii';
  return TERM === 'linux' ? 'console' : 'all';
}

function escaped(characters: string): string {
  const units = Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

export const stdout = createSink(process.stdout);
export const stderr = createSink(process.stderr);
