import { distance } from 'fastest-levenshtein';

/** Returns the candidate that is most similar to a misspelt word. Ignores case, `-` and `_`. */
export function closestTo(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const wanted = plain(word);
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(wanted, plain(candidate));
    if (edits <= 2 && edits < candidate.length / 2 && (best === undefined || edits < best.edits)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate;
}

/** Returns a word without the differences that comparisons ignore. */
export function plain(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}
