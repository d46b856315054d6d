/** Fewest pieces that show the habit: with two, the second may just begin like the first. */
const MIN_PIECES = 3;
/** Fewest bytes in which a piece repeats the one before it. Less may be chance. */
const MIN_BYTES = 16;
/** The same at the answer's end, where no later piece can show more. */
const MIN_BYTES_AT_END = 8;
/** Most pieces that are held. */
const MAX_PIECES = 24;

/**
 * Finds texts that a server sends again: each piece then contains the whole text so far, as DashScope's may. The habit
 * shows in the first pieces alone: each of them begins with the whole piece before it. From the first piece that does
 * not, the text is an ordinary one and passes unchanged. A text that only repeats itself ("ha", "haha") shows nothing.
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

  /** Decides about the held pieces, and returns their new part. */
  rest(): string {
    return this.#held === '' ? '' : this.#decide(this.#shows(MIN_BYTES_AT_END));
  }

  /** Whether all further pieces pass unchanged. */
  get ordinary(): boolean {
    return this.#state === 'ordinary';
  }

  /** Whether pieces are held. */
  get waiting(): boolean {
    return this.#held !== '';
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
    // A repeat that ends earlier brings nothing new.
    const known = piece.startsWith(before) ? before.length : before.startsWith(piece) ? piece.length : 0;
    if (known < piece.length) this.#last = piece;
    this.#left += known;
    return piece.slice(known);
  }
}

/** Whether the text is one piece at least twice in a row, the last time perhaps cut off. */
function isPeriodic(text: string): boolean {
  const next = text.indexOf(text.slice(0, Math.ceil(text.length / 2)), 1);
  return next > 0 && next <= text.length / 2 && text.startsWith(text.slice(next));
}
