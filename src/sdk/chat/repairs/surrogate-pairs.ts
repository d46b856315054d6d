import type { AnswerPart } from './repetitions.js';

/** Rejoins surrogate pairs that a server has split between two pieces of text. */
export interface SurrogatePairs {
  /** Returns the piece with a waiting first half in front, and without a first half at its end, which then waits. */
  join(part: AnswerPart, piece: string): string;
  /** Returns and removes the halves that still wait, each with its part of the answer. */
  rest(): readonly (readonly [part: AnswerPart, half: string])[];
}

const NONE: readonly [] = [];

/**
 * Servers that split a text by UTF-16 units can send an emoji in two halves. Both would be lost if they were written
 * separately.
 */
export function createSurrogatePairs(): SurrogatePairs {
  return new WaitingHalves();
}

/** A class for the reason given at `ReadAnswer`. */
class WaitingHalves implements SurrogatePairs {
  // Created on demand, because nearly no answer needs it.
  #waiting: Map<AnswerPart, string> | undefined;

  join(part: AnswerPart, piece: string): string {
    const last = piece.charCodeAt(piece.length - 1);
    const cut = last >= 0xd800 && last <= 0xdbff;
    // The common case: the piece does not end in the middle of a pair, and no first half is kept from an earlier piece.
    if (!cut && this.#waiting === undefined) return piece;
    this.#waiting ??= new Map();
    const text = `${this.#waiting.get(part) ?? ''}${cut ? piece.slice(0, -1) : piece}`;
    if (cut) this.#waiting.set(part, piece.slice(-1));
    else if (piece !== '') this.#waiting.delete(part);
    return piece === '' ? '' : text;
  }

  rest(): readonly (readonly [part: AnswerPart, half: string])[] {
    if (this.#waiting === undefined) return NONE;
    const halves = [...this.#waiting];
    this.#waiting = undefined;
    return halves;
  }
}
