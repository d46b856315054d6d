import { type KeyPress, keyName, type Modifiers } from '../keys.js';
import { sameControl } from '../same-control.js';
import { byPosition } from './layouts.js';

/** Codes of keys without a character, also on the keypad. Other keys (volume, a modifier alone) do nothing. */
const NAMES: Readonly<Record<number, string>> = {
  ...{ 8: 'backspace', 9: 'tab', 10: 'enter', 13: 'enter', 27: 'esc', 127: 'backspace' },
  ...{ 57344: 'esc', 57345: 'enter', 57346: 'tab', 57347: 'backspace', 57348: 'insert', 57349: 'delete' },
  ...{ 57350: 'left', 57351: 'right', 57352: 'up', 57353: 'down', 57354: 'pageup', 57355: 'pagedown' },
  ...{ 57356: 'home', 57357: 'end', 57414: 'enter' },
  ...{ 57417: 'left', 57418: 'right', 57419: 'up', 57420: 'down', 57421: 'pageup', 57422: 'pagedown' },
  ...{ 57423: 'home', 57424: 'end', 57425: 'insert', 57426: 'delete' },
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [57364 + index, `f${index + 1}`])),
};
const KEYPAD_FIRST = 57399;
const KEYPAD = '0123456789./*-+';
/** Codes of the keypad's other characters. */
const KEYPAD_MORE: Readonly<Record<number, string>> = { 57415: '=', 57416: ',' };
/**
 * Reads a key that is sent with its code point: `CSI code:shifted:base ; modifiers:event ; text u`.
 * @see https://sw.kovidgoyal.net/kitty/keyboard-protocol/
 * @see https://invisible-island.net/xterm/modified-keys.html
 */
export function codedKey(params: readonly (readonly string[])[], modifiers: Modifiers): readonly KeyPress[] {
  const [[first = '', shiftedCode = '', baseCode = ''] = [], , texts = []] = params;
  const code = Number(first);
  const named = NAMES[code];
  if (named !== undefined) return [{ kind: 'key', name: keyName(named, modifiers) }];
  const char = KEYPAD[code - KEYPAD_FIRST] ?? KEYPAD_MORE[code] ?? character(code);
  if (char === undefined) return [];

  const shifted = character(Number(shiftedCode));
  if (!modifiers.ctrl && !modifiers.alt) {
    const text = texts.map((text) => character(Number(text)) ?? '').join('');
    const upper = modifiers.shift !== modifiers.capsLock ? char.toUpperCase() : char;
    return [{ kind: 'text', text: text || ((modifiers.shift ? shifted : undefined) ?? upper) }];
  }
  if (char === ' ') return [{ kind: 'key', name: keyName('space', modifiers) }];
  return [
    { kind: 'key', name: shortcut(char.toLowerCase(), shifted, character(Number(baseCode)), modifiers) },
  ];
}

/** In a layout without Latin letters, a shortcut uses the key's position: the terminal's base code, or else a table. */
function shortcut(
  char: string,
  shifted: string | undefined,
  base: string | undefined,
  modifiers: Modifiers,
): string {
  const latin = char > '\x7f' ? (base?.toLowerCase() ?? byPosition(char)) : char;
  const letter = latin.toLowerCase() !== latin.toUpperCase();
  // ctrl+shift+letter differs from ctrl+letter. Most terminals send alt+shift+letter as alt and a capital letter.
  if (letter) return sameControl(keyName(latin, { ...modifiers, shift: modifiers.shift && modifiers.ctrl }));
  const shown = modifiers.shift && latin === char ? (shifted ?? latin) : latin;
  const name = keyName(shown, { ...modifiers, shift: false });
  return sameControl(name);
}

/** Returns the printable character of a code point; undefined when there is none. */
function character(code: number): string | undefined {
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const none = !Number.isInteger(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  // The kitty protocol uses the private area for keys without a character.
  return none || control || (code >= 0xe000 && code <= 0xf8ff) ? undefined : String.fromCodePoint(code);
}
