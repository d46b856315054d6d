/**
 * Scores how well `text` contains the characters of `query` in order; undefined when it does not contain them. Higher
 * is better: consecutive characters and starts of words count most, and short texts score higher than long ones.
 */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = query.toLowerCase().replaceAll(' ', '');
  const within = text.toLowerCase();
  const whole = within.indexOf(query.toLowerCase());
  let score = whole >= 0 && wanted !== '' ? 20 + (startsWord(within, whole) ? 20 : 0) : 0;
  let at = -1;
  for (const char of wanted) {
    const next = within.indexOf(char, at + 1);
    if (next < 0) return undefined;
    score += next === at + 1 ? 3 : startsWord(within, next) ? 2 : 0;
    at = next;
  }
  return score - text.length / 100;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
