import { isRecord, parseJson } from '../../../common/json.js';

/**
 * A text of at least this many characters that comes twice in a row is a repetition, and not a nested object with the
 * same beginning.
 */
const MIN_CHARS = 16;
const EMPTY = /^(?:\{\}|null)$/;
/** The most characters of arguments in quotes that are withheld. */
const MAX_QUOTED = 1024 * 1024;

/**
 * Removes repetitions from servers that send a tool call's arguments again: all of them so far with each piece, or all
 * of them at the end. Arguments are a JSON object. A piece that begins with the whole text before it is a repetition,
 * unless a nested object with the same beginning may follow here. Then the next pieces decide. At the end, the piece is
 * a repetition if it is an object, and the whole text is not. Arguments that are a JSON string with an object inside were
 * encoded twice, and are decoded.
 */
export class RepeatedArguments {
  #passed = '';
  #withheld = '';
  /** The latest piece that may repeat the whole text before it. */
  #last = '';
  #cumulative = false;
  /** The arguments so far began with a quote. */
  #quoted = false;
  #removed = 0;

  /** Returns the new part of the piece; empty while the piece is withheld, because it may be a repetition. */
  feed(piece: string): string {
    if (this.#quoted && piece !== '') return this.#withhold(piece);
    if (this.#passed === '' && piece !== '') return this.#begin(piece);
    if (this.#passed === '' || piece === '') return this.#give(piece);
    const before = this.#withheld === '' ? this.#passed : this.#last;
    const begins = piece.startsWith('{');
    if (begins && piece.startsWith(before)) {
      this.#cumulative ||= !mayNest(before) || (this.#withheld !== '' && before.length >= MIN_CHARS);
      if (this.#cumulative) return this.#replace(piece, this.#withheld.length + piece.length);
      this.#withheld += piece;
      this.#last = piece;
      return '';
    }
    if (begins && this.#cumulative && this.#passed.startsWith(piece))
      return this.#replace(this.#passed, piece.length);
    return this.#give(this.#release() + piece);
  }

  /** Decides whether the withheld pieces are repetitions, and returns their new part. */
  rest(): string {
    if (this.#withheld === '') return '';
    if (this.#quoted) return this.#unquote();
    const repeats = isObject(this.#last) && !isObject(this.#passed + this.#withheld);
    return repeats ? this.#replace(this.#last, this.#withheld.length) : this.#give(this.#release());
  }

  /** Characters that are withheld now. */
  get withheld(): number {
    return this.#withheld.length;
  }

  /** Characters that were removed so far. */
  get removed(): number {
    return this.#removed;
  }

  /** Withholds an empty object: Anthropic begins each call with one, which some gateways send before the arguments. */
  #begin(piece: string): string {
    const before = this.#release();
    if (before !== '' && piece.startsWith('{')) this.#removed += before.length;
    else if (before !== '') return this.#give(before + piece);
    this.#quoted = piece.startsWith('"');
    if (!this.#quoted && !EMPTY.test(piece)) return this.#give(piece);
    this.#withheld = piece;
    return '';
  }

  #withhold(piece: string): string {
    this.#withheld += piece;
    return this.#withheld.length > MAX_QUOTED ? this.#unquote() : '';
  }

  #unquote(): string {
    const text = this.#release();
    this.#quoted = false;
    const decoded = parseJson(text);
    return this.#give(typeof decoded === 'string' && isObject(decoded) ? decoded : text);
  }

  #give(text: string): string {
    this.#passed += text;
    return text;
  }

  /** @param sent the number of characters that the server sent for the new part of `whole` */
  #replace(whole: string, sent: number): string {
    const fresh = whole.slice(this.#passed.length);
    this.#removed += sent - fresh.length;
    this.#withheld = '';
    return this.#give(fresh);
  }

  #release(): string {
    const text = this.#withheld;
    this.#withheld = '';
    return text;
  }
}

function isObject(json: string): boolean {
  return isRecord(parseJson(json));
}

/** Whether an object, or a text with a brace, can follow after the beginning of a JSON text. */
function mayNest(json: string): boolean {
  const outside = json.replace(/"(?:[^"\\]|\\.)*"/gs, '');
  return outside.includes('"') || /[:,[]\s*$/.test(outside);
}
