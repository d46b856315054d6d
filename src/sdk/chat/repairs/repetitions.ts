import { CumulativeText } from './cumulative-text.js';
import { RepeatedArguments } from './repeated-arguments.js';

/** A part of an answer that arrives in pieces: a kind of text, or the arguments of the call with this index. */
export type Place = 'text' | 'reasoning' | 'refusal' | number;

/**
 * Removes repetitions from an answer's texts and arguments. At most one part holds pieces back: before a piece of
 * another part, the caller passes on the `rest`.
 */
export class Repetitions {
  /**
   * The current part, if its text certainly repeats nothing and no piece is held back. Its pieces need not pass through
   * `fresh`.
   */
  ordinary: Place | undefined;
  /** An object, because a map of one entry costs several times as much. */
  readonly #places: Partial<Record<Place, CumulativeText | RepeatedArguments>> = {};
  #waiting: Place | undefined;

  /** Returns the new part of the piece; empty while the new part is not known yet. */
  fresh(place: Place, piece: string): string {
    let reader = this.#places[place];
    if (reader === undefined) {
      reader = typeof place === 'number' ? new RepeatedArguments() : new CumulativeText();
      this.#places[place] = reader;
    }
    const text = reader.feed(piece);
    this.#waiting = reader.withheld > 0 ? place : undefined;
    this.ordinary = reader instanceof CumulativeText && reader.ordinary ? place : undefined;
    return text;
  }

  /**
   * Returns the part with held pieces, and their new text. Undefined when no pieces are held back, or when `next` is
   * that part.
   */
  rest(next?: Place): readonly [place: Place, text: string] | undefined {
    const place = this.#waiting;
    if (place === undefined || place === next) return undefined;
    this.#waiting = undefined;
    return [place, this.#places[place]?.rest() ?? ''];
  }

  /** Characters that are held back. */
  get withheld(): number {
    return this.#waiting === undefined ? 0 : (this.#places[this.#waiting]?.withheld ?? 0);
  }

  /** Characters that were left out so far. */
  get left(): number {
    let left = 0;
    for (const reader of Object.values(this.#places)) left += reader?.left ?? 0;
    return left;
  }
}
