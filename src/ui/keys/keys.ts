/** The names of keys that are not characters. */
export const KEY_NAMES: readonly string[] = [
  ...['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'esc', 'enter', 'tab'],
  ...['backspace', 'delete', 'insert', 'space'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
];

/**
 * A key press: a named key such as `enter` or `ctrl+j`, or text. `afterEscape` is the key when the ESC before it was
 * the Escape key instead of alt. tmux and screen delay the Escape key for up to 500 ms, and then send both together.
 */
export type KeyPress = { kind: 'key'; name: string; afterEscape?: string } | { kind: 'text'; text: string };

export interface Modifiers {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly capsLock: boolean;
  /** Whether Super or Hyper is held. Such keys belong to the desktop. */
  readonly unused: boolean;
}

export const NO_MODIFIERS: Modifiers = {
  ctrl: false,
  alt: false,
  shift: false,
  capsLock: false,
  unused: false,
};

/** Reads a sequence's modifiers: the sum of their bits plus one, or empty for none. */
export function reportedModifiers(parameter: string): Modifiers {
  const bits = Math.max(0, Number(parameter || 1) - 1);
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return {
    shift: has(1),
    // 32 is Meta. Few keyboards have it in addition to alt.
    alt: has(2) || has(32),
    ctrl: has(4),
    unused: has(8) || has(16),
    capsLock: has(64),
  };
}

/** Returns the key's name with its modifiers in a fixed order. Escape has no alt: alt+esc is sent as Escape twice. */
export function keyName(name: string, { ctrl, alt, shift }: Modifiers): string {
  if (name === 'esc') return name;
  return `${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shift ? 'shift+' : ''}${name}`;
}
