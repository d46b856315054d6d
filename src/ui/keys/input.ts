import { closestTo } from '../../common/text/closest.js';
import type { Actions } from '../../state/actions.js';
import type { AppState } from '../../state/app-state.js';
import type { EditorEvent, Motion } from '../../state/editor/editor.js';
import { sanitize } from '../../state/text/sanitize.js';
import { pick } from '../../state/view/picker.js';
import type { Layout } from '../layout.js';
import type { View, Viewport } from '../transcript/viewport.js';
import type { Keymap } from './bindings.js';
import type { TerminalEvent } from './bytes/key-events.js';
import { createCompareKeys } from './compare-keys.js';
import { completionsOf } from './completion.js';
import { type ActionName, commandIn, commandNames } from './keymap.js';
import type { KeyPress } from './keys.js';
import { createOverlayKeys } from './overlay-keys.js';
import { createPaneKeys } from './pane-keys.js';
import { createPointer } from './pointer.js';
import { createSearchKeys } from './search-keys.js';

/** Turns the terminal's events into actions. */
export interface Input {
  receive(event: TerminalEvent): void;
}

export interface InputOptions {
  state: () => AppState;
  actions: Actions;
  keymap: Keymap;
  viewport: Viewport;
  /** The conversation as the screen shows it now. */
  view: () => View;
  /** The width of a draft row in cells. */
  draftWidth: () => number;
  /** Whether there is room for the panes beside the conversation. */
  panesBeside: () => boolean;
  /** The layout, for the mouse [the mouse does nothing]. */
  layout?: () => Layout;
}

export function createInput(options: InputOptions): Input {
  const { state, actions, keymap, viewport, view, draftWidth, panesBeside, layout } = options;
  const searching = createSearchKeys({ state, actions, keymap, viewport, view });
  const hasDraft = (): boolean => state().draft.text !== '';

  /** @returns whether it scrolled */
  const scrollQuietly = (rows: number): boolean => {
    const scroll = viewport.scrolledBy(view(), rows);
    if (scroll !== undefined) actions.scrollTo(scroll);
    return scroll !== undefined;
  };
  const scrollBy = (rows: number): void => {
    if (!scrollQuietly(rows)) actions.say(rows < 0 ? 'this is the beginning' : 'this is the end');
  };
  const page = (): number => Math.max(1, view().height - 2);

  const send = (): void => {
    const command = commandIn(state().draft.text);
    if (command === undefined) actions.send();
    else if (command.action === undefined) {
      const names = commandNames();
      const near = closestTo(`/${command.name}`, names);
      const hint = near === undefined ? names.join(' ') : `did you mean ${near}?`;
      actions.say(`there is no command /${command.name}: ${hint}`);
    } else {
      actions.dropDraft();
      perform[command.action](command.argument);
    }
  };

  const editing = (type: Motion) => () => actions.edit({ type });
  const selecting = (type: Motion) => () => actions.edit({ type, select: true });
  const changing = (event: EditorEvent, otherwise: string) => () => actions.tryEdit(event, otherwise);

  const perform: Record<ActionName, (argument?: string) => void> = {
    send,
    newline: () => actions.edit({ type: 'insert', text: '\n' }),
    stop: actions.stop,
    'clear-or-quit': actions.clearOrQuit,
    quit: actions.quit,
    reconnect: actions.reconnect,
    mode: actions.switchMode,
    'pick-mode': actions.pickMode,
    'pick-model': (name) => (name === undefined ? actions.pickModel() : actions.chooseModel(name)),
    name: actions.nameConversation,
    sessions: actions.showSessions,
    continue: actions.continueLast,
    system: actions.setSystem,
    temperature: actions.setTemperature,
    set: actions.setParameter,
    attach: actions.attach,
    detach: actions.detach,
    tools: actions.loadTools,
    result: actions.resultFromFile,
    regenerate: actions.regenerate,
    revise: actions.reviseLast,
    'branch-earlier': () => actions.switchBranch(-1),
    'branch-later': () => actions.switchBranch(1),
    branch: actions.pickBranch,
    editor: actions.editOutside,
    'search-history': actions.pickFromHistory,
    new: actions.newConversation,
    copy: actions.copy,
    'copy-code': () => actions.copyCode(),
    compare: actions.compare,
    panes: () => actions.togglePanes(panesBeside()),
    focus: () => actions.focusNextPane(panesBeside()),
    mouse: actions.toggleMouse,
    explain: actions.explain,
    inspect: actions.inspect,
    palette: () => actions.show(pick('action', paletteItems(keymap))),
    help: () => actions.show({ kind: 'help', offset: 0 }),
    search: (query) => {
      actions.openSearch();
      if (query !== undefined) searching.press({ kind: 'text', text: query });
    },
    reasoning: actions.toggleReasoning,
    source: actions.toggleSource,
    suspend: actions.suspend,
    redraw: actions.redraw,
    'scroll-row-up': () => scrollBy(-1),
    'scroll-row-down': () => scrollBy(1),
    'scroll-page-up': () => scrollBy(-page()),
    'scroll-page-down': () => scrollBy(page()),
    'scroll-start': () => actions.scrollTo(viewport.toTop(view())),
    'scroll-end': () => actions.scrollTo({ kind: 'follow' }),
    'edit-up': () => {
      if (!hasDraft() && state().queue.length > 0) actions.takeBack();
      else actions.edit({ type: 'up', width: draftWidth() });
    },
    'edit-down': () => actions.edit({ type: 'down', width: draftWidth() }),
    'edit-left': editing('left'),
    'edit-right': editing('right'),
    'edit-word-left': editing('word-left'),
    'edit-word-right': editing('word-right'),
    'edit-line-start': editing('line-start'),
    'edit-line-end': editing('line-end'),
    'select-left': selecting('left'),
    'select-right': selecting('right'),
    'select-word-left': selecting('word-left'),
    'select-word-right': selecting('word-right'),
    'select-line-start': selecting('line-start'),
    'select-line-end': selecting('line-end'),
    'select-up': () => actions.edit({ type: 'up', width: draftWidth(), select: true }),
    'select-down': () => actions.edit({ type: 'down', width: draftWidth(), select: true }),
    'select-all': () => actions.edit({ type: 'select-all' }),
    'edit-backspace': () => actions.edit({ type: 'backspace' }),
    'edit-delete': () => actions.edit({ type: 'delete' }),
    'edit-kill-word': () => actions.edit({ type: 'kill-word' }),
    'edit-kill-word-right': () => actions.edit({ type: 'kill-word-right' }),
    'edit-kill-to-start': () => actions.edit({ type: 'kill-to-start' }),
    'edit-kill-to-end': () => actions.edit({ type: 'kill-to-end' }),
    'edit-yank': changing({ type: 'yank' }, 'no word or line was deleted yet'),
    'edit-undo': changing({ type: 'undo' }, 'nothing to undo'),
    'edit-redo': changing({ type: 'redo' }, 'nothing to redo'),
    'edit-unfold': changing({ type: 'unfold' }, 'no folded paste in the draft'),
  };

  const paneKeys = createPaneKeys(state, actions, keymap);
  const comparing = createCompareKeys({ state, actions, keymap, viewport, view });
  const overlayKeys = createOverlayKeys({ state, actions, keymap, view, page, perform });

  /** @returns whether the tab completed a command */
  const completed = (): boolean => {
    const { text } = state().draft;
    const [first, ...others] = completionsOf(text);
    if (first === undefined) return false;
    const common = others.reduce(commonStart, first);
    // When the command is complete, the key has its other meaning.
    if (others.length === 0 && common === text) return false;
    actions.edit({ type: 'set', text: `${common}${others.length === 0 ? ' ' : ''}` });
    return true;
  };

  const press = (key: KeyPress): void => {
    if (state().selected !== undefined) actions.select();
    const name = nameOf(key);
    const action = keymap.actionOf(name, hasDraft());
    if (key.kind === 'key' && key.afterEscape !== undefined && action === undefined) {
      press({ kind: 'key', name: 'esc' });
      press({ kind: 'key', name: key.afterEscape });
      return;
    }
    if (overlayKeys.press(keymap.inList(name), key)) return;
    const wheel = WHEEL.get(name);
    if (wheel !== undefined) {
      // The wheel often continues to turn at the end, so it shows no toast there.
      if (!comparing.scroll(wheel)) scrollQuietly(wheel);
      return;
    }
    if (name === 'tab' && completed()) return;
    if (searching.press(key)) return;
    if (comparing.press(name)) return;
    if (paneKeys.press(name)) return;
    if (action !== undefined) perform[action]();
    else if (key.kind === 'text') actions.edit({ type: 'insert', text: key.text });
    else actions.say(`${name} does nothing here: ${keymap.hints.help} shows all keys`);
  };
  const paste = ({ text, more }: Extract<TerminalEvent, { kind: 'paste' }>): void => {
    const clean = sanitize(text);
    if (clean === '' || overlayKeys.paste(clean)) return;
    if (searching.press({ kind: 'text', text: clean.split('\n', 1)[0] ?? '' })) return;
    actions.edit({ type: 'paste', text: clean, ...(more && { more }) });
  };

  const pointer =
    layout &&
    createPointer({ state, actions, viewport, view, layout, press: (name) => press({ kind: 'key', name }) });

  return {
    receive(event) {
      switch (event.kind) {
        case 'key':
          return press(event);
        case 'text': {
          const text = sanitize(event.text);
          return text === '' ? undefined : press({ kind: 'text', text });
        }
        case 'paste':
          return paste(event);
        case 'mouse':
          return pointer?.receive(event.report);
        case 'reply':
          return;
      }
    },
  };
}

/** Rows to scroll for one wheel event; one turn of the wheel sends several. */
const WHEEL: ReadonlyMap<string, number> = new Map([
  ['wheelup', -1],
  ['wheeldown', 1],
]);

function paletteItems({ bindings }: Keymap) {
  return bindings
    .filter(({ section, action }) => section !== 'Editing' && section !== 'Scrolling' && action !== 'palette')
    .map(({ action, help, keys, command }) => ({
      id: action,
      label: help,
      hint: [...keys.slice(0, 1), ...(command === undefined ? [] : [`/${command}`])].join('  '),
    }));
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

/** Returns the key's name. A single character is a key too. A longer text is not a key, so its name is empty. */
function nameOf(key: KeyPress): string {
  if (key.kind === 'key') return key.name;
  return key.text.length === 1 ? key.text : '';
}
