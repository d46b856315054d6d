/**
 * Keys of layouts without Latin letters, by the place they have on a keyboard: what ctrl+с of a Cyrillic layout means
 * where the terminal does not say which key it was.
 */
const ROWS: readonly (readonly [letters: string, places: string])[] = [
  // Russian, with the letters that other Cyrillic layouts have in their places.
  ['йцукенгшщзхъфывапролджэячсмитьбю', "qwertyuiop[]asdfghjkl;'zxcvbnm,."],
  ['іїєґў', "s]'`o"],
  ['ςερτυθιοπασδφγηξκλζχψωβνμ', 'wertyuiopasdfghjklzxcvbnm'],
];
const PLACES: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([letters, places]) =>
    Array.from(letters, (letter, index) => [letter, places[index] ?? letter]),
  ),
);

/** @param char in lower case. @returns the character of the US layout in its place; itself when that is not known */
export function byPosition(char: string): string {
  return PLACES.get(char) ?? char;
}
