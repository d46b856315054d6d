import type { CumulativeText } from './cumulative-text.js';
import type { RepeatedArguments } from './repeated-arguments.js';

/** Fewest pairs of equal pieces, at the beginning of a text, that prove that the server sends each piece twice. */
const MIN_PAIRS = 5;
/** The most pieces that are withheld, and the most characters of each. */
const MAX_PIECES = 24;
const MAX_CHARS = 4096;
/** Matches single characters, numbers and lines, which a model may well write twice in a row. */
const OFTEN_TWICE = /^.?$|^\d+$|\n/u;

/**
 * Removes the second of each two pieces from gateways that send every piece twice. All pieces from the beginning must
 * come in pairs, and neighbouring pairs must differ: "ha", "ha" proves nothing. From the first repetition on, pieces are
 * withheld until it is clear. The remaining pieces go to `next`, which removes other repetitions.
 */
export class DoubledPieces {
  readonly #next: CumulativeText | RepeatedArguments;
  #state: 'unclear' | 'ordinary' | 'doubled' = 'unclear';
  /** The first piece of a pair, until the second comes. */
  #first: string | undefined;
  /** The piece of the last pair. */
  #last: string | undefined;
  /** The pieces of the pairs that a model hardly writes twice in a row. */
  readonly #telling = new Set<string>();
  /** The pieces after the first one, as they came. */
  #withheld: string[] = [];
  #removed = 0;

  constructor(next: CumulativeText | RepeatedArguments) {
    this.#next = next;
  }

  /** Returns the new part of the piece; empty while the piece is withheld. */
  feed(piece: string): string {
    if (this.#state === 'ordinary' || piece === '') return this.#next.feed(piece);
    const second = piece === this.#first;
    if (this.#state === 'doubled') {
      this.#first = second ? undefined : piece;
      if (!second) return this.#next.feed(piece);
      this.#removed += piece.length;
      return '';
    }
    if (this.#first === undefined && this.#last === undefined) {
      this.#first = piece;
      return this.#next.feed(piece);
    }
    this.#withheld.push(piece);
    // Three equal pieces come from the model.
    if (this.#first === undefined && piece === this.#last) return this.#decide(false);
    if (this.#first === undefined) this.#first = piece;
    else if (!second || piece.length > MAX_CHARS) return this.#decide(false);
    else {
      this.#first = undefined;
      this.#last = piece;
      if (!OFTEN_TWICE.test(piece)) this.#telling.add(piece);
      if (this.#telling.size >= MIN_PAIRS) return this.#decide(true);
    }
    return this.#withheld.length > MAX_PIECES || piece.length > MAX_CHARS ? this.#decide(false) : '';
  }

  /** Decides about the withheld pieces, and returns their new part. */
  rest(): string {
    const held = this.#withheld.length > 0;
    return (held ? this.#decide(false) : '') + this.#next.rest();
  }

  /** Whether all further pieces pass unchanged. */
  get ordinary(): boolean {
    return this.#state === 'ordinary' && 'ordinary' in this.#next && this.#next.ordinary;
  }

  /** Characters that are withheld now. */
  get withheld(): number {
    return lengthOf(this.#withheld) + this.#next.withheld;
  }

  /** Characters that were removed so far. */
  get removed(): number {
    return this.#removed + this.#next.removed;
  }

  #decide(doubled: boolean): string {
    const pieces = this.#withheld;
    this.#withheld = [];
    this.#state = doubled ? 'doubled' : 'ordinary';
    // The first piece of the first pair has passed.
    const fresh = doubled ? pieces.filter((_, index) => index % 2 === 1) : pieces;
    this.#removed += lengthOf(pieces) - lengthOf(fresh);
    return fresh.map((piece) => this.#next.feed(piece)).join('');
  }
}

function lengthOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
