import { tokenise } from '../chat/tokens.js';

/** The pieces of this many texts are cached, because prepared answers are used again. */
const CACHED_TEXTS = 64;
/** Longer texts are not cached, in characters. */
const LONGEST_CACHED = 50_000;

const cache = new Map<string, readonly string[]>();

/** Returns the text in pieces of one token each; see `tokenise`. */
export function piecesOf(text: string): readonly string[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const pieces = [...tokenise(text)];
  if (text.length <= LONGEST_CACHED) {
    const [oldest] = cache.keys();
    if (cache.size >= CACHED_TEXTS && oldest !== undefined) cache.delete(oldest);
    cache.set(text, pieces);
  }
  return pieces;
}

/** Returns exactly `count` pieces: the beginning of the text, repeated if it is too short. */
export function exactPieces(text: string, count: number): string[] {
  const pieces = piecesOf(text);
  const round = [...(pieces.length === 0 ? ['…'] : pieces), '\n\n'];
  return Array.from({ length: count }, (_, index) => round[index % round.length] ?? '');
}
