import type { Place } from './repetitions.js';

/** Rejoins surrogate pairs that a server has split between two pieces of text. */
export interface SurrogatePairs {
  /** Returns the piece with a waiting first half in front, and without a first half at its end, which then waits. */
  join(place: Place, piece: string): string;
  /** Returns the halves that still wait, with their places, and forgets them. */
  rest(): readonly (readonly [place: Place, half: string])[];
}

/**
 * Servers that split a text by UTF-16 units can send an emoji in two halves. Both would be lost if they were written
 * separately.
 */
export function createSurrogatePairs(): SurrogatePairs {
  // Created on demand, because nearly no answer needs it.
  let waiting: Map<Place, string> | undefined;
  return {
    join(place, piece) {
      const last = piece.charCodeAt(piece.length - 1);
      const cut = last >= 0xd800 && last <= 0xdbff;
      // The common case: the piece is whole, and no half waits.
      if (!cut && waiting === undefined) return piece;
      waiting ??= new Map();
      const text = `${waiting.get(place) ?? ''}${cut ? piece.slice(0, -1) : piece}`;
      if (cut) waiting.set(place, piece.slice(-1));
      else if (piece !== '') waiting.delete(place);
      return piece === '' ? '' : text;
    },
    rest() {
      const halves = [...(waiting ?? [])];
      waiting = undefined;
      return halves;
    },
  };
}
