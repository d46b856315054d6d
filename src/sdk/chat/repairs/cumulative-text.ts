/** Fewest pieces that prove the repetition. Of two pieces, the second may begin like the first by chance. */
const MIN_PIECES = 3;
/** Fewest bytes of a piece that the next one repeats. Fewer may be chance. */
const MIN_BYTES = 16;
/** The same at the answer's end, when no further piece follows. */
const MIN_BYTES_AT_END = 8;
/** Most pieces that are held back. */
const MAX_PIECES = 24;

/**
 * Removes repetitions from servers whose pieces each contain the whole text so far (e.g. DashScope). Such a server
 * shows in the first pieces: each begins with the whole piece before it. After the first piece that begins
 * otherwise, all pieces pass unchanged. A text that only repeats itself ("ha", "haha") proves nothing.
 */
export class CumulativeText {
  #state: 'unclear' | 'ordinary' | 'cumulative' = 'unclear';
  #first: string | undefined;
  /** The latest piece. */
  #last = '';
  /** The latest piece that a longer one repeats. */
  #repeated = '';
  #pieces = 0;
  #held = '';
  #left = 0;

  /** Returns the new part of the piece. Empty while it is unclear: the piece is then held. */
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
    return repeats ? this.#hold(piece) : this.#decide(false) + piece;
  }

  /** Decides whether the held pieces are repetitions, and returns their new part. */
  rest(): string {
    return this.#held === '' ? '' : this.#decide(this.#shows(MIN_BYTES_AT_END));
  }

  /** Whether all further pieces pass unchanged. */
  get ordinary(): boolean {
    return this.#state === 'ordinary';
  }

  /** Characters that are held back. */
  get withheld(): number {
    return this.#held.length;
  }

  /** Characters that were left out so far. */
  get left(): number {
    return this.#left;
  }

  #hold(piece: string): string {
    if (piece !== this.#last) {
      this.#pieces += 1;
      this.#repeated = this.#last;
    }
    this.#held += piece;
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
    const kept = this.#held;
    this.#held = '';
    this.#state = cumulative ? 'cumulative' : 'ordinary';
    if (!cumulative) {
      this.#last = '';
      return kept;
    }
    const fresh = this.#last.slice(this.#first?.length);
    this.#left += kept.length - fresh.length;
    return fresh;
  }

  #shortened(piece: string): string {
    const before = this.#last;
    // A repetition that ends earlier has no new part.
    const known = piece.startsWith(before) ? before.length : before.startsWith(piece) ? piece.length : 0;
    if (known < piece.length) this.#last = piece;
    this.#left += known;
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
