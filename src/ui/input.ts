import type { Actions } from '../state/actions.js';
import type { AppState } from '../state/app-state.js';
import type { EditorEvent } from '../state/editor.js';
import { sanitize } from '../state/sanitize.js';
import { type ActionName, actionOf, commandIn, commandNames } from './keymap.js';
import type { KeyPress } from './keys.js';
import { helpLines } from './panes/help.js';
import { createSearchKeys } from './search-keys.js';
import type { View, Viewport } from './transcript/viewport.js';

/** What is typed, turned into actions. */
export interface Input {
  press(key: KeyPress): void;
  /** Text pasted in one piece. */
  paste(text: string): void;
}

export interface InputOptions {
  state: () => AppState;
  actions: Actions;
  viewport: Viewport;
  /** The conversation as it is on the screen now. */
  view: () => View;
  /** Cells of a draft row. */
  draftWidth: () => number;
}

export function createInput({ state, actions, viewport, view, draftWidth }: InputOptions): Input {
  const searching = createSearchKeys({ state, actions, viewport, view });
  const hasDraft = (): boolean => state().draft.text !== '';

  const scrollBy = (rows: number): void => {
    const scroll = viewport.scrolledBy(view(), rows);
    if (scroll !== undefined) actions.scrollTo(scroll);
    else actions.say(rows < 0 ? 'this is the beginning' : 'this is the end');
  };
  const page = (): number => Math.max(1, view().height - 2);

  const send = (): void => {
    const command = commandIn(state().draft.text);
    if (command === undefined) actions.send();
    else if (command.action === undefined) {
      actions.say(`there is no command /${command.name}: ${commandNames().join(' ')}`);
    } else {
      actions.dropDraft();
      perform[command.action](command.argument);
    }
  };

  const editing = (type: Exclude<EditorEvent['type'], 'insert' | 'up' | 'down'>) => (): void =>
    actions.edit({ type });

  const perform: Record<ActionName, (argument?: string) => void> = {
    send,
    newline: () => actions.edit({ type: 'insert', text: '\n' }),
    stop: actions.stop,
    'clear-or-quit': actions.clearOrQuit,
    quit: actions.quit,
    reconnect: actions.reconnect,
    mode: actions.switchMode,
    regenerate: actions.regenerate,
    new: actions.newConversation,
    copy: actions.copyAnswer,
    help: () => actions.show({ kind: 'help', offset: 0 }),
    search: (query) => {
      actions.openSearch();
      if (query !== undefined) searching.press({ kind: 'text', text: query });
    },
    reasoning: actions.toggleReasoning,
    suspend: actions.suspend,
    redraw: actions.redraw,
    'scroll:row-up': () => scrollBy(-1),
    'scroll:row-down': () => scrollBy(1),
    'scroll:page-up': () => scrollBy(-page()),
    'scroll:page-down': () => scrollBy(page()),
    'scroll:start': () => actions.scrollTo(viewport.toTop(view())),
    'scroll:end': () => actions.scrollTo({ kind: 'follow' }),
    'edit:up': () => actions.edit({ type: 'up', width: draftWidth() }),
    'edit:down': () => actions.edit({ type: 'down', width: draftWidth() }),
    'edit:left': editing('left'),
    'edit:right': editing('right'),
    'edit:word-left': editing('word-left'),
    'edit:word-right': editing('word-right'),
    'edit:line-start': editing('line-start'),
    'edit:line-end': editing('line-end'),
    'edit:backspace': editing('backspace'),
    'edit:delete': editing('delete'),
    'edit:kill-word': editing('kill-word'),
    'edit:kill-to-start': editing('kill-to-start'),
    'edit:kill-to-end': editing('kill-to-end'),
  };

  /** @returns whether the help used the key */
  const inHelp = (name: string, offset: number): boolean => {
    const { width, height } = view();
    const last = Math.max(0, helpLines(width).length - height);
    const scrolled = SCROLLS.get(name);
    if (scrolled === undefined) {
      actions.show({ kind: 'none' });
      return CLOSES_HELP.has(name);
    }
    actions.show({ kind: 'help', offset: Math.min(last, Math.max(0, offset + scrolled(page()))) });
    return true;
  };

  return {
    press(key) {
      const { overlay } = state();
      const name = nameOf(key);
      if (overlay.kind === 'help' && inHelp(name, overlay.offset)) return;
      if (searching.press(key)) return;
      const action = actionOf(name, hasDraft());
      if (action !== undefined) perform[action]();
      else if (key.kind === 'text') actions.edit({ type: 'insert', text: key.text });
    },
    paste(text) {
      const clean = sanitize(text);
      if (searching.press({ kind: 'text', text: clean.split('\n', 1)[0] ?? '' })) return;
      if (clean !== '') actions.edit({ type: 'insert', text: clean });
    },
  };
}

const CLOSES_HELP = new Set(['esc', '?', 'q', 'enter']);
/** By how many rows a key scrolls the help, given a page's. */
const SCROLLS = new Map<string, (page: number) => number>([
  ['up', () => -1],
  ['down', () => 1],
  ['pageup', (page) => -page],
  ['pagedown', (page) => page],
  ['home', () => Number.NEGATIVE_INFINITY],
  ['end', () => Number.POSITIVE_INFINITY],
]);

/** A key's name; a single character is a key too. Longer text is none, whatever it reads. */
function nameOf(key: KeyPress): string {
  if (key.kind === 'key') return key.name;
  return key.text.length === 1 ? key.text : '';
}
