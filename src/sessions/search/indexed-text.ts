import { callsIn } from '../tool-calls.js';

/**
 * What words are written with in scripts that put no space between them, and pictures: each of these characters is
 * a word to the index, and a longer word is a phrase of them.
 */
const WORD_BY_ITSELF =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Yi}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{So}\p{Extended_Pictographic}\p{Emoji_Modifier}]/gu;

/** Parts words for the index, and is not seen: the zero width space. */
const PART = '\u{200b}';

/** The text as the index reads it: composed, with each character that is a word by itself parted from others. */
export function parted(text: string): string {
  return text.normalize('NFC').replace(WORD_BY_ITSELF, `${PART}$&${PART}`);
}

/** A text of the index as it was. */
export function joined(text: string): string {
  return text.replaceAll(PART, '');
}

/**
 * All of a message that is searched.
 * @param columns text, reasoning, refusal, tool calls (JSON) and the names of attachments; empty where there are none
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

/** JSON with the characters that some models write as `\uXXXX`. */
function unescaped(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}
