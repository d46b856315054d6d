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

/** Where a tag is in the text. */
interface Found {
  from: number;
  to: number;
}

/**
 * Finds the closing tag of reasoning in a text without its opening tag. A tag in code or in quotes is a mention of it,
 * and so is one behind an opening tag.
 */
export class LoneClosing {
  /** The tag, once it is found. */
  found: Found | undefined;
  /** Whether no tag will be found. */
  over = false;
  /** The end of the text, if a tag may begin in it. */
  #tail = '';
  #mentions = 0;

  /**
   * Reads the next piece, and returns the tag that it completes.
   * @param before the text before the piece
   */
  feed(piece: string, before: string): Found | undefined {
    if (this.over || this.found !== undefined || (this.#tail === '' && !BEGINNING.test(piece)))
      return undefined;
    const text = this.#tail + piece;
    const start = before.length - this.#tail.length;
    CLOSING.lastIndex = 0;
    for (let tag = CLOSING.exec(text); tag !== null; tag = CLOSING.exec(text)) {
      const from = start + tag.index;
      const thought = `${before}${piece}`.slice(0, from);
      const opened = OPENING.test(thought);
      if (!opened && !isMention(thought)) {
        this.found = { from, to: from + tag[0].length };
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
}

/** Whether a tag behind this text is in code or in quotes. */
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
