import { distance } from 'fastest-levenshtein';
import { KEYS, SECTIONS, TOP_LEVEL } from './schema.js';
import type { Path } from './tree.js';

/** The candidate a misspelt word was most likely meant to be; case, `-` and `_` make no difference. */
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

/** What an unknown key of the file was meant to be: a key of its section, or one of another section. */
export function suggestKey(path: Path): string | undefined {
  const word = path.at(-1) ?? '';
  const near = closestTo(word, keysBeside(path));
  if (near !== undefined) return `did you mean "${near}"?`;
  const elsewhere = SECTIONS.flatMap((section) => KEYS[section].map((key) => ({ section, key }))).find(
    ({ key }) => plain(key) === plain(word),
  );
  if (elsewhere !== undefined) return `"${elsewhere.key}" belongs under "${elsewhere.section}:"`;
  return `known keys: ${keysBeside(path).join(', ')}`;
}

function keysBeside(path: Path): readonly string[] {
  const [section] = path;
  if (path.length === 1) return TOP_LEVEL;
  const known = SECTIONS.find((one) => one === section);
  return KEYS[known ?? 'profiles'];
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}
