/**
 * Characters that must not begin a row, by Unicode's line breaking rules (UAX 14) and the Japanese kinsoku rules:
 * closing brackets and quotation marks, punctuation that ends a sentence, and characters that belong to the one before.
 */
const NEVER_FIRST =
  /^[\p{Pe}\p{Pf},.!?:;%、。，．・：；？！％｡､･ｰﾞﾟ‼⁇⁈⁉…‥‰℃—～〜ー々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿｧ-ｯ゛゜]/u;
/** Characters that must not end a row: opening brackets and quotation marks, and currency signs. */
const NEVER_LAST = /^[\p{Ps}\p{Pi}\p{Sc}]/u;

/** Whether a row may end between two graphemes, one of which is of a script without spaces. */
export function mayBreakBetween(before: string, after: string): boolean {
  return !NEVER_FIRST.test(after) && !NEVER_LAST.test(before);
}
