import { callsIn } from '../tool-calls.js';

/**
 * Characters of scripts without spaces between words, and emoji. The index treats each of them as a word, and a longer
 * text as a phrase.
 */
const WORD_BY_ITSELF =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Yi}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{So}\p{Extended_Pictographic}\p{Emoji_Modifier}]/gu;

/** The zero width space, which separates words for the index and is invisible. */
const PART = '\u{200b}';

const BEYOND_ASCII = /[^\0-\x7f]/;

/** Prepares a text for the index: in composed form (NFC), with separators around each character that is a word. */
export function parted(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  return text.normalize('NFC').replace(WORD_BY_ITSELF, `${PART}$&${PART}`);
}

/** Removes the separators that `parted` added. */
export function joined(text: string): string {
  return text.replaceAll(PART, '');
}

/**
 * Returns all text of a message that can be searched.
 * @param columns text, reasoning, refusal, tool calls (JSON) and the names of attachments; each may be empty
 */
export function indexedText([
  text = '',
  reasoning = '',
  refusal = '',
  calls = '',
  attached = '',
]: readonly string[]): string {
  const called = callsIn(calls).map(({ name, arguments: args }) => `${name} ${unescaped(args)}`);
  return parted([text, reasoning, refusal, ...called, attached].filter((part) => part !== '').join('\n'));
}

/** Decodes characters that some models write as `\uXXXX` in JSON. */
function unescaped(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}
