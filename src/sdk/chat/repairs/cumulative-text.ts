/** Fewest pieces that prove the repetition. Of two pieces, the second may begin like the first by chance. */
const MIN_PIECES = 3;
/** Fewest bytes of a piece that the next one repeats. Fewer may be chance. */
const MIN_BYTES = 16;
/** Replaces MIN_BYTES at the answer's end, when no further piece can prove the repetition. */
const MIN_BYTES_AT_END = 8;
/** The most pieces that are withheld. */
const MAX_PIECES = 24;

/**
 * Removes repetitions from servers whose pieces each contain the whole text so far (e.g. DashScope). The first pieces of
 * such a server show it: each begins with the whole piece before it. After the first piece that begins differently, all
 * pieces pass unchanged. A text that only repeats itself ("ha", "haha") proves nothing.
 */
export class CumulativeText {
  #state: 'unclear' | 'ordinary' | 'cumulative' = 'unclear';
  #first: string | undefined;
  /** The latest piece. */
  #last = '';
  /** The latest piece that a longer one repeats. */
  #repeated = '';
  #pieces = 0;
  #withheld = '';
  #removed = 0;

  /** Returns the new part of the piece; empty while the piece is withheld, because it may be a repetition. */
  feed(piece: string): string {
    if (this.#state === 'ordinary' || piece === '') return piece;
    if (this.#state === 'cumulative') return this.#shortened(piece);
    if (this.#first === undefined) {
      this.#first = piece;
      this.#last = piece;
      this.#pieces = 1;
      return piece;
    }
    const repeats = piece.startsWith(this.#last) && (piece !== this.#last || this.#pieces >= MIN_PIECES);
    return repeats ? this.#withhold(piece) : this.#decide(false) + piece;
  }

  /** Decides whether the withheld pieces are repetitions, and returns their new part. */
  rest(): string {
    return this.#withheld === '' ? '' : this.#decide(this.#shows(MIN_BYTES_AT_END));
  }

  /** Whether all further pieces pass unchanged. */
  get ordinary(): boolean {
    return this.#state === 'ordinary';
  }

  /** Characters that are withheld now. */
  get withheld(): number {
    return this.#withheld.length;
  }

  /** Characters that were removed so far. */
  get removed(): number {
    return this.#removed;
  }

  #withhold(piece: string): string {
    if (piece !== this.#last) {
      this.#pieces += 1;
      this.#repeated = this.#last;
    }
    this.#withheld += piece;
    this.#last = piece;
    if (this.#shows(MIN_BYTES)) return this.#decide(true);
    return this.#pieces > MAX_PIECES ? this.#decide(false) : '';
  }

  #shows(bytes: number): boolean {
    return (
      this.#pieces >= MIN_PIECES &&
      Buffer.byteLength(this.#repeated) >= bytes &&
      !isPeriodic(this.#repeated) &&
      !isPeriodic(this.#last)
    );
  }

  #decide(cumulative: boolean): string {
    const pieces = this.#withheld;
    this.#withheld = '';
    this.#state = cumulative ? 'cumulative' : 'ordinary';
    if (!cumulative) {
      this.#last = '';
      return pieces;
    }
    const fresh = this.#last.slice(this.#first?.length);
    this.#removed += pieces.length - fresh.length;
    return fresh;
  }

  #shortened(piece: string): string {
    const before = this.#last;
    // A piece that repeats only the beginning of the text has no new part.
    const known = piece.startsWith(before) ? before.length : before.startsWith(piece) ? piece.length : 0;
    if (known < piece.length) this.#last = piece;
    this.#removed += known;
    return piece.slice(known);
  }
}

/**
 * Whether the text consists of one part that is repeated at least twice in a row; the last repetition may be cut off.
 */
function isPeriodic(text: string): boolean {
  const next = text.indexOf(text.slice(0, Math.ceil(text.length / 2)), 1);
  return next > 0 && next <= text.length / 2 && text.startsWith(text.slice(next));
}
