import type { Key } from 'ink';
import { sanitize } from '../../state/text/sanitize.js';
import { PRIVATE_KEYS, privateKeyName } from './terminal-input.js';

/** The names of keys that are not characters. */
export const KEY_NAMES: readonly string[] = [
  ...['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'esc', 'enter', 'tab'],
  ...['backspace', 'delete', 'space'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
];

/** One thing typed: a named key such as `enter` or `ctrl+j`, or text. */
export type KeyPress = { kind: 'key'; name: string } | { kind: 'text'; text: string };

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['escape', 'esc'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const;

const CONTROL_NAMES: Record<string, string> = {
  '\r': 'enter',
  '\t': 'tab',
  '\x1b': 'esc',
  '\x7f': 'backspace',
  // Ctrl with -, / and _ alike.
  '\x1f': 'ctrl+_',
};

/**
 * What was typed, in order. Ink hands over a chunk of input as one event: fast typing and slow lines make it
 * `"hello\r"`, which is a text and a key.
 */
export function keyPresses(input: string, key: Key): KeyPress[] {
  if (key.eventType === 'release') return [];
  const named = NAMED.find(([flag]) => key[flag]);
  if (named !== undefined) return [{ kind: 'key', name: withModifiers(named[1], key) }];
  if (input === '') return [];
  if ((key.ctrl || key.meta) && [...input].length === 1) {
    return [{ kind: 'key', name: withModifiers(input.toLowerCase(), { ...key, shift: false }) }];
  }
  return split(input);
}

function withModifiers(name: string, key: Pick<Key, 'ctrl' | 'meta' | 'shift'>): string {
  // Escape typed twice quickly arrives as alt+escape.
  if (name === 'esc') return name;
  return `${key.ctrl ? 'ctrl+' : ''}${key.meta ? 'alt+' : ''}${key.shift ? 'shift+' : ''}${name}`;
}

const SPLITTING = new RegExp(`([\\x00-\\x1f\\x7f]|${PRIVATE_KEYS.source})`, 'u');

function split(input: string): KeyPress[] {
  const presses: KeyPress[] = [];
  for (const part of input.split(SPLITTING)) {
    if (part === '') continue;
    const name = privateKeyName(part);
    if (name !== undefined) presses.push({ kind: 'key', name });
    else if (/^[\x00-\x1f\x7f]$/.test(part)) presses.push({ kind: 'key', name: controlName(part) });
    else presses.push({ kind: 'text', text: sanitize(part) });
  }
  return presses;
}

function controlName(char: string): string {
  return CONTROL_NAMES[char] ?? `ctrl+${String.fromCharCode(char.charCodeAt(0) + 0x60)}`;
}
