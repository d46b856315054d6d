/**
 * The letters of non-Latin layouts with the US characters on the same keys. A shortcut such as ctrl+с in a Cyrillic
 * layout needs them when the terminal doesn't report the key.
 */
const ROWS: readonly (readonly [letters: string, places: string])[] = [
  // Russian; the next row has the letters of other Cyrillic layouts.
  ['йцукенгшщзхъфывапролджэячсмитьбю', "qwertyuiop[]asdfghjkl;'zxcvbnm,."],
  ['іїєґў', "s]'`o"],
  ['ςερτυθιοπασδφγηξκλζχψωβνμ', 'wertyuiopasdfghjklzxcvbnm'],
];
const PLACES: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([letters, places]) =>
    Array.from(letters, (letter, index) => [letter, places[index] ?? letter]),
  ),
);

/** @param char in lower case. @returns the US layout's character on the same key; `char` itself when unknown */
export function byPosition(char: string): string {
  return PLACES.get(char) ?? char;
}
