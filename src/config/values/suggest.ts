import { closestTo, plain } from '../../common/text/closest.js';
import type { Path } from '../sources/tree.js';
import { KEYS, SECTIONS, TOP_LEVEL } from './schema.js';

/** Suggests a key, of this or another section, for an unknown one. */
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
