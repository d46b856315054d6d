import { closestTo } from '../../common/text/closest.js';
import type { EditorEvent, Motion } from '../../state/editor/editor.js';
import { pick } from '../../state/view/picker.js';
import type { Keymap } from './bindings.js';
import type { InputOptions } from './input-options.js';
import { type ActionName, commandIn, commandNames } from './keymap.js';
import type { Scrolling } from './scrolling.js';
import type { SearchKeys } from './search-keys.js';

/** What each action does. `argument`: the words after a command. */
export type Perform = Readonly<Record<ActionName, (argument?: string) => void>>;

export function createPerform(
  { state, actions, keymap, viewport, view, draftWidth, panesBeside }: InputOptions,
  scrolling: Scrolling,
  searching: SearchKeys,
): Perform {
  const hasDraft = (): boolean => state().draft.text !== '';

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

  const perform: Perform = {
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
    'focus-back': () => actions.focusNextPane(panesBeside(), -1),
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
    'scroll-row-up': () => scrolling.by(-1),
    'scroll-row-down': () => scrolling.by(1),
    'scroll-page-up': () => scrolling.by(-scrolling.page()),
    'scroll-page-down': () => scrolling.by(scrolling.page()),
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

  return perform;
}

function paletteItems({ bindings }: Keymap) {
  return bindings
    .filter(({ section, action }) => section !== 'Editing' && section !== 'Scrolling' && action !== 'palette')
    .map(({ action, help, keys, command }) => ({
      id: action,
      label: help,
      hint: [...keys.slice(0, 1), ...(command === undefined ? [] : [`/${command}`])].join('  '),
    }));
}
