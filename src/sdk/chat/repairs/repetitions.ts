import { CumulativeText } from './cumulative-text.js';
import { DoubledPieces } from './doubled-pieces.js';
import { RepeatedArguments } from './repeated-arguments.js';

/** A part of an answer that arrives in pieces: a kind of text, or the arguments of the call with this index. */
export type AnswerPart = 'text' | 'reasoning' | 'refusal' | number;

/**
 * Removes repetitions from an answer's texts and arguments. Pieces of at most one part are withheld: before a piece of
 * another part, the caller passes on the `rest`.
 */
export class Repetitions {
  /**
   * The current part, if its text certainly repeats nothing and no piece is withheld. Its pieces need not pass through
   * `fresh`.
   */
  ordinary: AnswerPart | undefined;
  /** An object, because a map of one entry costs several times as much. */
  readonly #parts: Partial<Record<AnswerPart, DoubledPieces>> = {};
  #waiting: AnswerPart | undefined;

  /** Returns the new part of the piece; empty while the new part is not known yet. */
  fresh(part: AnswerPart, piece: string): string {
    let reader = this.#parts[part];
    if (reader === undefined) {
      reader = new DoubledPieces(typeof part === 'number' ? new RepeatedArguments() : new CumulativeText());
      this.#parts[part] = reader;
    }
    const text = reader.feed(piece);
    this.#waiting = reader.withheld > 0 ? part : undefined;
    this.ordinary = reader.ordinary ? part : undefined;
    return text;
  }

  /**
   * Returns the part with withheld pieces, and their new text. Undefined when no pieces are withheld, or when `next` is
   * that part.
   */
  rest(next?: AnswerPart): readonly [part: AnswerPart, text: string] | undefined {
    const part = this.#waiting;
    if (part === undefined || part === next) return undefined;
    this.#waiting = undefined;
    return [part, this.#parts[part]?.rest() ?? ''];
  }

  /** Whether pieces are withheld now. */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Characters that were removed so far. */
  get removed(): number {
    let removed = 0;
    for (const part in this.#parts) removed += this.#parts[part as AnswerPart]?.removed ?? 0;
    return removed;
  }
}
