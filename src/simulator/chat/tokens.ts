const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

type Kind = 'letter' | 'digit' | 'space' | 'newline' | 'mark' | 'wide';

/** The most graphemes of each kind in one piece. */
const LONGEST: Record<Kind, number> = { letter: 7, digit: 3, space: 8, newline: 2, mark: 3, wide: 1 };

function kindOf(grapheme: string): Kind {
  if (/^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(grapheme)) return 'letter';
  if (/^\d/.test(grapheme)) return 'digit';
  if (grapheme === '\n' || grapheme === '\r\n') return 'newline';
  if (/^\s/.test(grapheme)) return 'space';
  return grapheme.length === 1 && grapheme.charCodeAt(0) < 0x80 ? 'mark' : 'wide';
}

/**
 * Splits a text into pieces like a model's tokens: about four characters, a word with the space before it, some
 * punctuation, or one ideograph. It splits no grapheme. The joined pieces are the text.
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
 * Estimates how many tokens a text has. It is cheap even for a prompt of megabytes, because it does not split the text.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}
