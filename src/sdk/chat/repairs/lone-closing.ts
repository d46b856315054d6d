import { anyOf, THINKING_TAGS } from './thinking-tag-pairs.js';

const OPENING_TAGS = THINKING_TAGS.map(([opening]) => opening);
const CLOSING_TAGS = THINKING_TAGS.map(([, closing]) => closing);
const OPENING = new RegExp(anyOf(OPENING_TAGS), 'i');
const CLOSING = new RegExp(anyOf(CLOSING_TAGS), 'gi');
/** Matches the characters that begin a closing tag. */
const BEGINNING = /[<[◁]/;
const LONGEST = Math.max(...CLOSING_TAGS.map(({ length }) => length));
/** After this many tags in code or quotes, the text is about tags. */
const MAX_MENTIONS = 8;

/** The names of role and channel, which remain when a server drops the special tokens of gpt-oss. */
const ANALYSIS = 'analysis';
const FINAL = 'assistantfinal';

/** The position of a tag in the text. */
interface Found {
  /** Where the reasoning begins. */
  start: number;
  from: number;
  to: number;
}

/**
 * Finds the closing tag of reasoning in a text without its opening tag. Tags in code, in quotes or after an opening tag
 * don't count. In a text that begins with `analysis` and a further letter, the answer begins after `assistantfinal`
 * (gpt-oss without its special tokens).
 */
export class LoneClosing {
  /** The tag, once it is found. */
  found: Found | undefined;
  /** Whether no tag will be found. */
  over = false;
  /** The end of the text, if a tag may begin in it. */
  #tail = '';
  #mentions = 0;
  /** Whether the text is that of gpt-oss without its special tokens; undefined while the text is too short to tell. */
  #bare: boolean | undefined;

  /**
   * Reads the next piece, and returns the tag that it completes.
   * @param before the text before the piece
   */
  feed(piece: string, before: string): Found | undefined {
    if (this.over || this.found !== undefined) return undefined;
    this.#bare ??= isBare(before.slice(0, ANALYSIS.length + 1) + piece);
    if (this.#bare) return this.#findAnswer(piece, before);
    if (this.#tail === '' && !BEGINNING.test(piece)) return undefined;
    const text = this.#tail + piece;
    const start = before.length - this.#tail.length;
    CLOSING.lastIndex = 0;
    for (let tag = CLOSING.exec(text); tag !== null; tag = CLOSING.exec(text)) {
      const from = start + tag.index;
      const thought = `${before}${piece}`.slice(0, from);
      const opened = OPENING.test(thought);
      if (!opened && !isMention(thought)) {
        this.found = { start: 0, from, to: from + tag[0].length };
        return this.found;
      }
      this.#mentions += 1;
      this.over = opened || this.#mentions === MAX_MENTIONS;
      if (this.over) return undefined;
    }
    const last = text.slice(-LONGEST);
    const at = last.search(/[<[◁][^<[◁>\]▷]*$/);
    this.#tail = at < 0 ? '' : last.slice(at);
    return undefined;
  }

  #findAnswer(piece: string, before: string): Found | undefined {
    const text = this.#tail + piece;
    const at = text.indexOf(FINAL);
    if (at >= 0) {
      const from = before.length - this.#tail.length + at;
      this.found = { start: ANALYSIS.length, from, to: from + FINAL.length };
    }
    this.#tail = text.slice(1 - FINAL.length);
    return this.found;
  }
}

/**
 * Whether a text with this beginning is that of gpt-oss without its special tokens; undefined while it is too short to
 * tell.
 */
function isBare(beginning: string): boolean | undefined {
  if (beginning.length > ANALYSIS.length) return /^analysis\S/.test(beginning);
  return ANALYSIS.startsWith(beginning) ? undefined : false;
}

/** Whether a tag after this text is in code or in quotes. */
function isMention(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (
    isOdd(line.match(/`/g)) ||
    isOdd(line.match(/"/g)) ||
    /(?:[“„«‘]|(?:^|[\s(])')$/.test(line) ||
    isOdd(before.match(/^ {0,3}(?:```|~~~)/gm))
  );
}

function isOdd(found: readonly string[] | null): boolean {
  return (found?.length ?? 0) % 2 === 1;
}
