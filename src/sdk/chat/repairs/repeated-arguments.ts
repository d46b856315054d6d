import { isRecord, parseJson } from '../../../common/json.js';

/**
 * A text of at least this many characters that comes twice in a row is a repetition, and not a nested object with the
 * same beginning.
 */
const MIN_CHARS = 16;
const EMPTY = '{}';

/**
 * Removes repetitions from servers that send a tool call's arguments again: all of them so far with each piece, or all
 * of them at the end. Arguments are a JSON object. A piece that begins with the whole text before it is a repetition,
 * unless a nested object with the same beginning may follow here. In that case the next pieces decide, or whether the
 * whole text is JSON.
 */
export class RepeatedArguments {
  #told = '';
  #held = '';
  /** The latest piece that may repeat the whole text before it. */
  #last = '';
  #cumulative = false;
  #left = 0;

  /** Returns the new part of the piece. Empty while it is unclear: the piece is then held. */
  feed(piece: string): string {
    if (this.#told === '' && piece !== '') return this.#begin(piece);
    if (this.#told === '' || piece === '') return this.#give(piece);
    const before = this.#held === '' ? this.#told : this.#last;
    const begins = piece.startsWith('{');
    if (begins && piece.startsWith(before)) {
      this.#cumulative ||= !mayNest(before) || (this.#held !== '' && before.length >= MIN_CHARS);
      if (this.#cumulative) return this.#replace(piece, this.#held.length + piece.length);
      this.#held += piece;
      this.#last = piece;
      return '';
    }
    if (begins && this.#cumulative && this.#told.startsWith(piece))
      return this.#replace(this.#told, piece.length);
    return this.#give(this.#release() + piece);
  }

  /** Decides whether the held pieces are repetitions, and returns their new part. */
  rest(): string {
    if (this.#held === '') return '';
    const repeats = isObject(this.#last) && !isObject(this.#told + this.#held);
    return repeats ? this.#replace(this.#last, this.#held.length) : this.#give(this.#release());
  }

  /** Characters that are held back. */
  get withheld(): number {
    return this.#held.length;
  }

  /** Characters that were left out so far. */
  get left(): number {
    return this.#left;
  }

  /** Holds an empty object: Anthropic begins each call with one, and some gateways pass it on before the arguments. */
  #begin(piece: string): string {
    const before = this.#release();
    if (before !== '' && piece.startsWith('{')) this.#left += before.length;
    else if (before !== '') return this.#give(before + piece);
    if (piece !== EMPTY) return this.#give(piece);
    this.#held = piece;
    return '';
  }

  #give(text: string): string {
    this.#told += text;
    return text;
  }

  /** @param sent the number of characters that the server sent for the new part of `whole` */
  #replace(whole: string, sent: number): string {
    const fresh = whole.slice(this.#told.length);
    this.#left += sent - fresh.length;
    this.#held = '';
    return this.#give(fresh);
  }

  #release(): string {
    const text = this.#held;
    this.#held = '';
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
