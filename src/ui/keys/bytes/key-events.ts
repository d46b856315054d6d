import { type KeyPress, keyName, type Modifiers, NO_MODIFIERS, reportedModifiers } from '../keys.js';
import { codedKey } from './coded-key.js';
import { byPosition } from './layouts.js';
import { type MouseReport, mouseReport } from './mouse.js';
import type { Token } from './token.js';

/** An event from the terminal. */
export type TerminalEvent =
  | KeyPress
  /** `more`: the text continues the paste before, which came in several reads. */
  | { kind: 'paste'; text: string; more?: true }
  | { kind: 'mouse'; report: MouseReport }
  /** A reply to a query, or another report of the terminal, without its ESC. It is never a key. */
  | { kind: 'reply'; text: string };

const SHIFT: Modifiers = { ...NO_MODIFIERS, shift: true };
const ESCAPE: KeyPress = { kind: 'key', name: 'esc' };

/** Returns the events of a token: one, none, or two when the ESC before it was the Escape key. */
export function tokenEvents(token: Token): TerminalEvent[] {
  switch (token.kind) {
    case 'esc':
      return [ESCAPE];
    case 'text':
      return token.alt ? [altKey(token.text)] : [{ kind: 'text', text: token.text }];
    case 'control':
      return [controlKey(token.code, token.alt)];
    case 'paste':
      return [token];
    case 'string':
      return [{ kind: 'reply', text: `${token.introducer}${token.text}` }];
    case 'mouse':
      return mouse(token.values[0], token.values[1], token.values[2]);
    case 'ss3':
      return withEscape(token.alt, (alt) => ss3Event(token.body, token.final, alt));
    case 'csi':
      return withEscape(token.alt, (alt) => csiEvents(token.body, token.final, alt));
  }
}

/** Reads an ESC before a key as alt, and before anything else as the Escape key. */
function withEscape(alt: boolean, read: (alt: boolean) => readonly TerminalEvent[]): TerminalEvent[] {
  const events = read(alt);
  return alt && !events.some(({ kind }) => kind === 'key') ? [ESCAPE, ...events] : [...events];
}

function altKey(char: string): KeyPress {
  if (char === ' ') return { kind: 'key', name: 'alt+space' };
  return { kind: 'key', name: `alt+${byPosition(char.toLowerCase())}` };
}

const CONTROLS: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'esc',
  127: 'backspace',
};

function controlKey(code: number, alt: boolean): KeyPress {
  const name = controlName(code, { ...NO_MODIFIERS, alt });
  return name.startsWith('ctrl+alt+')
    ? { kind: 'key', name, afterEscape: controlName(code, NO_MODIFIERS) }
    : { kind: 'key', name };
}

function controlName(code: number, modifiers: Modifiers): string {
  // The Linux console sends this for shift+tab; desktops use alt+tab themselves.
  if (code === 9 && modifiers.alt) return 'shift+tab';
  const named = CONTROLS[code];
  if (named !== undefined) return keyName(named, modifiers);
  // Some terminals send this byte for Backspace, others for ctrl+backspace. It becomes ctrl+h, which deletes the least.
  if (code === 8 && modifiers.alt) return 'alt+backspace';
  // Terminals that translate line ends send ESC LF for alt+enter.
  if (code === 10 && modifiers.alt) return 'alt+enter';
  const char = code === 0 ? 'space' : String.fromCharCode(code + 0x40).toLowerCase();
  return keyName(char, { ...modifiers, ctrl: true });
}

/** @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-PC-Style-Function-Keys */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ A: 'up', B: 'down', C: 'right', D: 'left', F: 'end', H: 'home' },
  ...{ P: 'f1', Q: 'f2', R: 'f3', S: 'f4' },
};
/** Keys of rxvt: after CSI they have shift, after SS3 ctrl. */
const SMALL_LETTERS: Readonly<Record<string, string>> = { a: 'up', b: 'down', c: 'right', d: 'left' };
const KEYPAD: Readonly<Record<string, string>> = {
  ...{ p: '0', q: '1', r: '2', s: '3', t: '4', u: '5', v: '6', w: '7', x: '8', y: '9' },
  ...{ j: '*', k: '+', l: ',', m: '-', n: '.', o: '/', X: '=' },
};
const NUMBERS: Readonly<Record<string, string>> = {
  ...{ 1: 'home', 2: 'insert', 3: 'delete', 4: 'end', 5: 'pageup', 6: 'pagedown', 7: 'home', 8: 'end' },
  ...{ 11: 'f1', 12: 'f2', 13: 'f3', 14: 'f4', 15: 'f5', 17: 'f6', 18: 'f7', 19: 'f8', 20: 'f9' },
  ...{ 21: 'f10', 23: 'f11', 24: 'f12' },
};
const LINUX: Readonly<Record<string, string>> = { A: 'f1', B: 'f2', C: 'f3', D: 'f4', E: 'f5' };

function ss3Event(body: string, final: string, alt: boolean): readonly TerminalEvent[] {
  const reported = reportedModifiers(body);
  const modifiers = { ...reported, alt: reported.alt || alt };
  const digit = KEYPAD[final];
  if (digit !== undefined) return [{ kind: 'text', text: digit }];
  // Konsole's shift+enter. In application mode the keypad's Enter sends the same, but the chat never sets that mode.
  if (final === 'M') return [key('enter', body === '' && !alt ? SHIFT : modifiers)];
  if (final === 'I') return [key('tab', modifiers)];
  const small = SMALL_LETTERS[final];
  if (small !== undefined) return [key(small, { ...modifiers, ctrl: true })];
  const name = LETTERS[final];
  return name === undefined ? [] : [key(name, modifiers)];
}

function csiEvents(body: string, final: string, alt: boolean): readonly TerminalEvent[] {
  if (/^<\d+;\d+;\d+$/.test(body) && (final === 'M' || final === 'm')) {
    const [button, x, y] = body.slice(1).split(';').map(Number);
    return mouse(button === undefined ? undefined : button + 32, x, y, { far: true, up: final === 'm' });
  }
  if (/^\d+;\d+;\d+$/.test(body) && final === 'M') {
    const [button, x, y] = body.split(';').map(Number);
    return mouse(button, x, y, { far: true });
  }
  if (body === '[') return named(LINUX[final], { ...NO_MODIFIERS, alt }) ?? [];
  const keys = /^[\d;:]*$/.test(body) ? keyOf(body, final, alt) : undefined;
  return keys ?? [{ kind: 'reply', text: `[${body}${final}` }];
}

/** @returns undefined when the sequence is not a key */
function keyOf(body: string, final: string, alt: boolean): readonly TerminalEvent[] | undefined {
  const params = body.split(';').map((param) => param.split(':'));
  const [[first = ''] = [], [modifierCode = '', event] = []] = params;
  const reported = reportedModifiers(modifierCode);
  if (reported.unused || event === '3') return [];
  const modifiers = { ...reported, alt: reported.alt || alt };
  if (final === 'u') return codedKey(params, modifiers);
  if (final === '~') {
    if (first === '27' && params.length === 3) return codedKey([params[2] ?? [], []], modifiers);
    return params.length > 2 ? undefined : named(NUMBERS[first], modifiers);
  }
  if (final === 'Z') return [key('tab', { ...modifiers, shift: true })];
  const single = /^\d+$/.test(body);
  if (final === '^' && single) return named(NUMBERS[first], { ...modifiers, ctrl: true });
  if (final === '$' && single) return named(NUMBERS[first], { ...modifiers, shift: true });
  if (final === '@' && single) return named(NUMBERS[first], { ...modifiers, ctrl: true, shift: true });
  // A cursor position report looks like F3 with modifiers. Read it as the report, because that must never be a key.
  if (final === 'R' && body !== '') return undefined;
  const small = body === '' ? SMALL_LETTERS[final] : undefined;
  if (small !== undefined) return [key(small, { ...modifiers, shift: true })];
  const name = LETTERS[final];
  const ofKey = first === '' || first === '1' || params.length === 1;
  if (name === undefined || !ofKey || params.length > 2) return undefined;
  // Some terminals send only the modifiers: `CSI 5 A`.
  if (params.length > 1 || first === '' || first === '1') return [key(name, modifiers)];
  const alone = reportedModifiers(first);
  return [key(name, { ...alone, alt: alone.alt || alt })];
}

function mouse(
  button: number | undefined,
  x: number | undefined,
  y: number | undefined,
  form: { far?: boolean; up?: boolean } = {},
): TerminalEvent[] {
  if (button === undefined || x === undefined || y === undefined) return [];
  const place = form.far === true ? { x, y } : { x: x - 32, y: y - 32 };
  return [{ kind: 'mouse', report: mouseReport(button - 32, place, form.up) }];
}

function named(name: string | undefined, modifiers: Modifiers): readonly TerminalEvent[] | undefined {
  return name === undefined ? undefined : [key(name, modifiers)];
}

function key(name: string, modifiers: Modifiers): KeyPress {
  return { kind: 'key', name: keyName(name, modifiers) };
}
