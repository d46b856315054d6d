import type { KeyHints } from '../../state/view/key-hints.js';
import { type ActionName, type Binding, KEYMAP } from './keymap.js';
import { KEY_NAMES } from './keys.js';

/** Which keys do what, with the user's own in place of the defaults. */
export interface Keymap {
  readonly bindings: readonly Binding[];
  /** What a key does now. */
  actionOf(key: string, hasDraft: boolean): ActionName | undefined;
  /** A key as lists and the help know it: what stops closes them, what sends chooses, whichever keys these are. */
  inList(key: string): string;
  /** The keys that the program's words name. */
  readonly hints: KeyHints;
}

/** A part of the user's keys that is not used as written. */
export interface KeyProblem {
  /** The action as the user wrote it. */
  readonly action: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/**
 * @param own for an action's name, the keys it is to have in place of its own; none unbinds it
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
      const message = 'is no action; the help (?) lists them, and /actions finds them';
      problems.push({ action, severity: 'error', message });
      continue;
    }
    const keys = written.flatMap((name) => {
      const key = parseKey(name);
      const owner = key === undefined ? undefined : taken.get(key);
      if (key !== undefined && owner === undefined) {
        taken.set(key, action);
        return [key];
      }
      const message =
        key === undefined
          ? `"${name}" is no key: write it like ctrl+k, alt+enter, pageup or ?`
          : `"${key}" is given to ${owner} already`;
      problems.push({ action, severity: 'error', message });
      return [];
    });
    given.set(action, keys);
  }

  const done = new Set<string>();
  const bindings = KEYMAP.map((binding): Binding => {
    const keys = given.get(binding.action);
    if (keys === undefined) return withoutTaken(binding, taken, problems);
    // An action that is in the table twice has its new keys once.
    const first = !done.has(binding.action);
    done.add(binding.action);
    const { when: _before, ...always } = binding;
    // A single character would be lost to the draft.
    return keys.some((key) => key.length === 1)
      ? { ...always, keys: first ? keys : [], when: 'no-draft' }
      : { ...always, keys: first ? keys : [] };
  });
  // What the user chose comes before what depends on the draft by default.
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

/** What an action's keys are in lists and the help, as far as these know it. */
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
/** Keys that mean something else in a list, whatever they do elsewhere. */
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

/** For each action its first key, else its command. */
function hintsOf(bindings: readonly Binding[], inList: (key: string) => string): KeyHints {
  const nameOf = (action: ActionName): string => {
    const own = bindings.filter((binding) => binding.action === action);
    const command = own.find((binding) => binding.command !== undefined)?.command;
    return (
      own.flatMap(({ keys }) => keys)[0] ?? (command === undefined ? `no key (${action})` : `/${command}`)
    );
  };
  /** The action's first key that does this in a list, else the one that always does. */
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
    inspect: nameOf('inspect'),
    source: nameOf('source'),
    goOn: nameOf('continue'),
    focus: nameOf('focus'),
    quit: nameOf('clear-or-quit'),
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
    problems.push({ action, severity: 'warning', message: `"${key}" is no longer ${binding.action}` });
  }
  return { ...binding, keys: binding.keys.filter((key) => !taken.has(key)) };
}

const MODIFIERS = ['ctrl', 'alt', 'shift'] as const;

/** A key as it is called here: modifiers in one order, names in lower case. Undefined when there is none such. */
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
