/** Keeps the halves of characters together that a server's pieces cut. */
export interface SurrogatePairs {
  /** The next piece of the text at this place: with the half that waited for it, and without one that it ends with. */
  join(place: string, piece: string): string;
  /** Halves that stayed alone, by their places. Nothing waits after this. */
  rest(): readonly (readonly [place: string, half: string])[];
}

/** Servers that cut a text by UTF-16 units send the halves of an emoji in two pieces; written one by one, both are lost. */
export function createSurrogatePairs(): SurrogatePairs {
  const waiting = new Map<string, string>();
  return {
    join(place, piece) {
      const last = piece.charCodeAt(piece.length - 1);
      const cut = last >= 0xd800 && last <= 0xdbff;
      // Nearly every piece is whole, and none waits.
      if (!cut && waiting.size === 0) return piece;
      const text = `${waiting.get(place) ?? ''}${cut ? piece.slice(0, -1) : piece}`;
      if (cut) waiting.set(place, piece.slice(-1));
      else if (piece !== '') waiting.delete(place);
      return piece === '' ? '' : text;
    },
    rest() {
      const halves = [...waiting];
      waiting.clear();
      return halves;
    },
  };
}
