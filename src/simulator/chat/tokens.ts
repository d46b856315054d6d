const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

type Kind = 'letter' | 'digit' | 'space' | 'newline' | 'mark' | 'wide';

/** The most graphemes of one kind that a piece holds. */
const LONGEST: Record<Kind, number> = { letter: 7, digit: 3, space: 8, newline: 2, mark: 3, wide: 1 };

function kindOf(grapheme: string): Kind {
  if (/^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(grapheme)) return 'letter';
  if (/^\d/.test(grapheme)) return 'digit';
  if (grapheme === '\n' || grapheme === '\r\n') return 'newline';
  if (/^\s/.test(grapheme)) return 'space';
  return grapheme.length === 1 && grapheme.charCodeAt(0) < 0x80 ? 'mark' : 'wide';
}

/**
 * Cuts text into pieces of the size a model's tokens have: about four characters, a word with the space
 * before it, a few marks, one ideograph. No piece ends inside a grapheme; joined, they are the text again.
 */
export function* tokenise(text: string): Generator<string, void, undefined> {
  let piece = '';
  let kind: Kind = 'space';
  let length = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = kindOf(segment);
    const joins = next === kind ? length < LONGEST[kind] : piece === ' ' && next !== 'newline';
    if (piece !== '' && !joins) {
      yield piece;
      piece = '';
    }
    length = next === kind && piece !== '' ? length + 1 : 1;
    kind = next;
    piece += segment;
  }
  if (piece !== '') yield piece;
}

/**
 * About how many tokens a text has. Cheap for any length: prompts may be megabytes, and no one reads
 * their pieces.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}
