import { tokenise } from '../chat/tokens.js';

/** Prepared answers are used again, so the pieces of this many texts up to this length are cached. */
const KEPT_TEXTS = 64;
const LONGEST_KEPT = 50_000;

const kept = new Map<string, readonly string[]>();

/** Returns the text in pieces of one token each; see `tokenise`. */
export function piecesOf(text: string): readonly string[] {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const pieces = [...tokenise(text)];
  if (text.length <= LONGEST_KEPT) {
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_TEXTS && oldest !== undefined) kept.delete(oldest);
    kept.set(text, pieces);
  }
  return pieces;
}

/** Returns exactly `count` pieces: the beginning of the text, repeated if it is too short. */
export function exactPieces(text: string, count: number): string[] {
  const pieces = piecesOf(text);
  const round = [...(pieces.length === 0 ? ['…'] : pieces), '\n\n'];
  return Array.from({ length: count }, (_, index) => round[index % round.length] ?? '');
}
