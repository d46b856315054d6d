import type { Actions } from '../../state/actions.js';
import type { AppState } from '../../state/app-state.js';
import { ALL_ROWS } from '../panes/side.js';
import type { Keymap } from './bindings.js';

/** Keys while a side pane has the focus: they scroll and explain it. All other keys work as usual. */
export function createPaneKeys(state: () => AppState, actions: Actions, keymap: Keymap) {
  return {
    /** @returns whether the key was used */
    press(name: string): boolean {
      const { panes, draft } = state();
      if (panes.focus === undefined) return false;
      const { offset } = panes.focus;
      const empty = draft.text === '';
      const step = empty ? STEPS.get(name) : undefined;
      if (name === 'esc') actions.scrollPane();
      else if (empty && keymap.actionOf(name, false) === 'help') actions.explain();
      else if (step !== undefined) actions.scrollPane(Math.min(ALL_ROWS, Math.max(0, offset + step)));
      else return false;
      return true;
    },
  };
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ['up', -1],
  ['down', 1],
]);
