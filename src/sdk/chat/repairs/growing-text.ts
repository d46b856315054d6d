/** Number of pieces that are joined together. */
const TOGETHER = 16;

/**
 * A text that grows by short pieces. V8 stores a concatenation as a tree of all pieces, with some 70 bytes for each,
 * and its garbage collector copies them. So the latest pieces are regularly joined into one string.
 */
export class GrowingText {
  #whole: string;
  /** The beginning of the text, without the latest pieces. */
  #joined: string;
  readonly #pieces: string[] = [];

  constructor(beginning = '') {
    this.#whole = beginning;
    this.#joined = beginning;
  }

  /** Adds a piece and returns the whole text. */
  add(piece: string): string {
    if (this.#pieces.push(piece) < TOGETHER) {
      this.#whole += piece;
      return this.#whole;
    }
    this.#joined += this.#pieces.join('');
    this.#whole = this.#joined;
    this.#pieces.length = 0;
    return this.#whole;
  }
}
