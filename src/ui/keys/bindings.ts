import type { KeyHints } from '../../state/view/key-hints.js';
import { type ActionName, type Binding, KEYMAP } from './keymap.js';
import { KEY_NAMES } from './keys.js';
import { sameControl } from './same-control.js';

/** The key bindings: the defaults with the user's changes. */
export interface Keymap {
  readonly bindings: readonly Binding[];
  /** Returns the action of a key; undefined when it has none. */
  actionOf(key: string, hasDraft: boolean): ActionName | undefined;
  /**
   * Translates a key to one of the fixed keys of lists and help. For example, the user's key for `stop` becomes `esc`,
   * and that for `send` becomes `enter`.
   */
  inList(key: string): string;
  /** The names of keys in messages. */
  readonly hints: KeyHints;
}

/** A problem in the user's key bindings. */
export interface KeyProblem {
  /** The action in the user's own spelling. */
  readonly action: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/**
 * @param own the user's keys by action; they replace the action's default keys, and an empty list unbinds it
 */
export function createKeymap(own: ReadonlyMap<string, readonly string[]> = new Map()): {
  keymap: Keymap;
  problems: readonly KeyProblem[];
} {
  const problems: KeyProblem[] = [];
  const taken = new Map<string, string>();
  const given = new Map<string, readonly string[]>();
  for (const [action, written] of own) {
    if (!KEYMAP.some((binding) => binding.action === action)) {
      const message = 'is not an action: /actions and the help (?) list them';
      problems.push({ action, severity: 'error', message });
      continue;
    }
    const keys = written.flatMap((name) => {
      const key = parseKey(name);
      const same = sameControl(key ?? '');
      if (key !== undefined && same !== key) {
        const message = `write "${same}", or another key: terminals send the same for it and for "${key}"`;
        problems.push({ action, severity: 'warning', message });
        return [];
      }
      const owner = key === undefined ? undefined : taken.get(key);
      if (key !== undefined && owner === undefined) {
        taken.set(key, action);
        return [key];
      }
      const message =
        key === undefined
          ? `"${name}" is not a key: write it like ctrl+k, alt+enter, pageup or ?`
          : `"${key}" is already bound to ${owner}`;
      problems.push({ action, severity: 'error', message });
      return [];
    });
    given.set(action, keys);
  }

  const done = new Set<string>();
  const bindings = KEYMAP.map((binding): Binding => {
    const keys = given.get(binding.action);
    if (keys === undefined) return withoutTaken(binding, taken, problems);
    // If an action has two rows in the table, only the first row gets the user's keys.
    const first = !done.has(binding.action);
    done.add(binding.action);
    const { when: _before, ...always } = binding;
    // When the draft has text, a single character must be typed into it and not run the action.
    return keys.some((key) => key.length === 1)
      ? { ...always, keys: first ? keys : [], when: 'no-draft' }
      : { ...always, keys: first ? keys : [] };
  });
  // The user's bindings come first, so that they win over defaults for the same key.
  const ordered = [...bindings].sort(
    (one, other) => Number(given.has(other.action)) - Number(given.has(one.action)),
  );
  const actionOf = (key: string, hasDraft: boolean): ActionName | undefined => {
    const state = hasDraft ? 'draft' : 'no-draft';
    return ordered.find(({ keys, when }) => keys.includes(key) && (when === undefined || when === state))
      ?.action;
  };
  const inList = (key: string): string => {
    if (key.length === 1 || LIST_KEYS.has(key)) return key;
    const action = actionOf(key, false);
    return (action && IN_LISTS[action]) ?? key;
  };
  return { keymap: { bindings, hints: hintsOf(ordered, inList), actionOf, inList }, problems };
}

/** The fixed key in lists and the help that an action's keys stand for. */
const IN_LISTS: Partial<Record<ActionName, string>> = {
  stop: 'esc',
  send: 'enter',
  'clear-or-quit': 'ctrl+c',
  'scroll-page-up': 'pageup',
  'scroll-page-down': 'pagedown',
  'scroll-start': 'home',
  'scroll-end': 'end',
  'edit-up': 'up',
  'edit-down': 'down',
  'edit-backspace': 'backspace',
};
/** Keys with a special meaning in lists; they are never translated. */
const LIST_KEYS: ReadonlySet<string> = new Set([
  ...['esc', 'enter', 'ctrl+c', 'pageup', 'pagedown', 'home', 'end', 'up', 'down', 'left', 'right'],
  ...[
    'backspace',
    'delete',
    'tab',
    'ctrl+d',
    'ctrl+n',
    'ctrl+p',
    'ctrl+r',
    'ctrl+u',
    'ctrl+z',
    'alt+p',
    'alt+r',
  ],
]);

/** Returns each action's first key, or else its command. */
function hintsOf(bindings: readonly Binding[], inList: (key: string) => string): KeyHints {
  const nameOf = (action: ActionName): string => {
    const own = bindings.filter((binding) => binding.action === action);
    const command = own.find((binding) => binding.command !== undefined)?.command;
    return (
      own.flatMap(({ keys }) => keys)[0] ?? (command === undefined ? `no key (${action})` : `/${command}`)
    );
  };
  /** Returns the action's first key that lists translate to `always`, or else `always` itself. */
  const listKey = (action: ActionName, always: string): string =>
    bindings
      .filter((binding) => binding.action === action)
      .flatMap(({ keys }) => keys)
      .find((key) => inList(key) === always) ?? always;
  return {
    send: nameOf('send'),
    newline: nameOf('newline'),
    stop: nameOf('stop'),
    again: nameOf('regenerate'),
    reconnect: nameOf('reconnect'),
    mode: nameOf('mode'),
    model: nameOf('pick-model'),
    help: nameOf('help'),
    copy: nameOf('copy'),
    inspect: nameOf('inspect'),
    compare: nameOf('compare'),
    source: nameOf('source'),
    goOn: nameOf('continue'),
    focus: nameOf('focus'),
    quit: nameOf(
      bindings.some(({ action, keys }) => action === 'clear-or-quit' && keys.length > 0)
        ? 'clear-or-quit'
        : 'quit',
    ),
    close: listKey('stop', 'esc'),
    choose: listKey('send', 'enter'),
    pageDown: listKey('scroll-page-down', 'pagedown'),
    toEnd: nameOf('scroll-end'),
  };
}

function withoutTaken(binding: Binding, taken: ReadonlyMap<string, string>, problems: KeyProblem[]): Binding {
  const lost = binding.keys.filter((key) => taken.has(key));
  if (lost.length === 0) return binding;
  for (const key of lost) {
    const action = taken.get(key) ?? '';
    problems.push({ action, severity: 'warning', message: `"${key}" no longer does ${binding.action}` });
  }
  return { ...binding, keys: binding.keys.filter((key) => !taken.has(key)) };
}

const MODIFIERS = ['ctrl', 'alt', 'shift'] as const;

/**
 * Returns the key's canonical name: modifiers in a fixed order, names in lower case. Undefined when the key doesn't
 * exist.
 */
export function parseKey(written: string): string | undefined {
  const parts = written.trim().split(/\+(?!$)/);
  const last = parts.pop() ?? '';
  const name = last.trim() || last;
  const key = [...name].length === 1 ? name : name.toLowerCase();
  const modifiers = parts.map((part) => part.trim().toLowerCase());
  if (modifiers.some((modifier) => !MODIFIERS.some((known) => known === modifier))) return undefined;
  if ([...key].length !== 1 && !KEY_NAMES.includes(key)) return undefined;
  const modified = MODIFIERS.filter((modifier) => modifiers.includes(modifier));
  if (key === 'space' && modified.length === 0) return undefined;
  const shown = modified.length > 0 && key.length === 1 ? key.toLowerCase() : key;
  return [...modified, shown].join('+');
}
