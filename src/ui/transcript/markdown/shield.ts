import { formulasIn } from './formulas.js';

/** A text in which stand-ins replace characters that only look like markup. The lexer reads stand-ins as letters. */
export interface Shielded {
  /** The text with stand-ins. It is as long as the source, so offsets stay valid. */
  readonly text: string;
  /** Restores the original characters in a piece of `text`. */
  restore(piece: string): string;
}

const SUSPECT = /[*~$\\]|__/;
/** ASCII punctuation except for `|` and the backtick, which separate table cells and begin code. */
const MARKUP = /[!-/:-@[-_{}~]/g;
const QUOTE_MARK = /(?<=\n)([ \t>]*>[ \t]?)/;
/** LaTeX's delimiters and its line break. */
const DELIMITER = /\\[()[\]\\]/g;
/** Windows paths, whose backslashes escape nothing: `C:\dir\*.txt`, `\\server\share`. */
const WINDOWS_PATH = /(?<![\p{L}\p{N}\\])(?:[A-Za-z]:\\|\\\\[\w.-]+\\)[^\s|`]*/gu;
const LONE_TILDE = /(?<![~\\])~(?!~)/g;
/** Python's names such as `__init__`. */
const DUNDER = /(?<![\p{L}\p{N}_\\])__[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*__(?![\p{L}\p{N}_])/gu;

/**
 * Hides characters that are not markup: formulas and LaTeX delimiters, a single `~`, stars between operands (`2*3*4`,
 * `x**2`) or in file patterns, names such as `__init__`, Windows paths.
 */
export function shield(source: string): Shielded {
  if (!SUSPECT.test(source)) return { text: source, restore: (piece) => piece };
  const { standIn, restore } = createStandIns();
  const hidden = (part: string): string => part.replace(MARKUP, standIn);
  let text = /[\\$]/.test(source) ? withoutFormulas(source, hidden) : source;
  // A streaming text is shielded in each frame, so skip the patterns that can't match.
  if (text.includes('\\'))
    text = text
      .replace(WINDOWS_PATH, (path) => path.replace(/\\[()[\]]|[\\*_~]/g, hidden))
      .replace(DELIMITER, hidden);
  if (text.includes('~')) text = text.replace(LONE_TILDE, standIn);
  if (text.includes('__')) text = text.replace(DUNDER, hidden);
  if (text.includes('*')) text = text.replace(/[^\n]+/g, (line) => withoutOperators(line, hidden));
  return { text, restore };
}

function withoutFormulas(source: string, hidden: (part: string) => string): string {
  let text = '';
  let from = 0;
  for (const formula of formulasIn(source)) {
    text += source.slice(from, formula.from);
    const lineStart = source.lastIndexOf('\n', formula.from) + 1;
    const isQuoted = /^\s*>/.test(source.slice(lineStart, formula.from));
    const parts = source.slice(formula.from, formula.to).split(isQuoted ? QUOTE_MARK : /(?!)/);
    // Every second part is a quotation mark, which stays unchanged.
    text += parts.map((part, index) => (index % 2 === 0 ? hidden(part) : part)).join('');
    from = formula.to;
  }
  return text + source.slice(from);
}

const STARS = /(?<!\\)\*+/g;
/** Characters of scripts with spaces between words. */
const LETTER = '\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{N}';
const OPERAND_END = new RegExp(`[${LETTER})\\]}]$`, 'u');
const OPERAND_START = new RegExp(`^[${LETTER}(]`, 'u');
const SPACE_AFTER = /^(?:\s|$)/;
/** `*.ts`, `*.{js,ts}` */
const EXTENSION = /^\.[a-z{]/;
/** The text after the stars in paths such as `src/*.ts`. */
const NAME = /^[\p{L}\p{N}._{[-]/u;

/** Hides the stars of a line that don't mark emphasis. */
function withoutOperators(line: string, hidden: (part: string) => string): string {
  if (!line.includes('*')) return line;
  // Lengths of the runs of stars that began emphasis. A run inside a word can end it.
  const begun = new Set<number>();
  return line.replace(STARS, (stars, at: number) => {
    const before = line.slice(Math.max(0, at - 2), at);
    const after = line.slice(at + stars.length, at + stars.length + 2);
    if (stars === '*' && EXTENSION.test(after)) return hidden(stars);
    if (before.endsWith('/') && NAME.test(after)) return hidden(stars);
    const isAfterOperand = OPERAND_END.test(before);
    if (isAfterOperand && OPERAND_START.test(after))
      return begun.delete(stars.length) || begun.delete(3) ? stars : hidden(stars);
    if (isAfterOperand || SPACE_AFTER.test(after)) begun.delete(stars.length);
    else begun.add(stars.length);
    return stars;
  });
}

/** Stand-ins are lone high surrogates, which don't occur in sanitized text. */
const FIRST = 0xd800;
const MANY = 0x400;
const STAND_IN = /[\ud800-\udbff](?![\udc00-\udfff])/g;

function createStandIns() {
  const characters: string[] = [];
  const known = new Map<string, string>();
  return {
    standIn(character: string): string {
      const before = known.get(character);
      if (before !== undefined) return before;
      if (characters.length === MANY) return character;
      const unit = String.fromCharCode(FIRST + characters.length);
      characters.push(character);
      known.set(character, unit);
      return unit;
    },
    restore: (piece: string): string =>
      characters.length === 0
        ? piece
        : piece.replace(STAND_IN, (unit) => characters[unit.charCodeAt(0) - FIRST] ?? unit),
  };
}
