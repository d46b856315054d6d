import type { Actions } from '../../state/actions.js';
import type { Inspector } from '../../state/app-state.js';
import { chosenLines, inspectorLayout } from '../panes/inspector/view.js';
import { supportSummary } from '../panes/provider.js';
import type { Keymap } from './bindings.js';
import { SCROLLS, within } from './scrolls.js';

export interface InspectorKeysOptions {
  actions: Actions;
  keymap: Keymap;
  view: () => { width: number; height: number };
  page: () => number;
  close: () => void;
}

/** Keys in the inspector: they choose an exchange in the list, and scroll an open one. */
export function createInspectorKeys({ actions, keymap, view, page, close }: InspectorKeysOptions) {
  const move = (overlay: Inspector, steps: number): void => {
    // The log has the newest exchange first.
    const exchanges = actions.log.all();
    const index = exchanges.findIndex(({ number }) => number === overlay.chosen);
    const next = exchanges[within(Math.max(0, index) + steps, exchanges.length - 1)];
    if (next !== undefined) actions.show({ ...overlay, chosen: next.number, offset: 0 });
  };
  const scroll = (overlay: Inspector, rows: number): void => {
    const { width, height } = view();
    const lines = chosenLines(overlay, actions.log.all(), keymap.hints, inspectorLayout(width).detail).length;
    actions.show({ ...overlay, offset: within(overlay.offset + rows, lines - height) });
  };
  const mark = ({ marked, ...overlay }: Inspector): void => {
    if (marked === overlay.chosen) actions.show({ ...overlay, offset: 0 });
    else {
      actions.show({ ...overlay, marked: overlay.chosen, offset: 0 });
      actions.say(`#${overlay.chosen} is marked: choose another one to see the differences`);
    }
  };

  /** @returns whether the key was used */
  return (name: string, overlay: Inspector): boolean => {
    const scrolled = SCROLLS.get(name);
    const action = keymap.actionOf(name, false);
    if (name === 'esc' || name === 'q' || (name === 'left' && overlay.open)) {
      if (overlay.open) actions.show({ ...overlay, open: false, offset: 0 });
      else close();
    } else if (scrolled !== undefined) {
      if (overlay.open) scroll(overlay, scrolled(page()));
      else move(overlay, scrolled(page()));
    } else if (name === 'enter' || name === 'right') {
      actions.show({ ...overlay, open: true });
    } else if (name === 'n' || name === 'p') {
      move(overlay, name === 'n' ? -1 : 1);
    } else if (name === 'm') {
      mark(overlay);
    } else if (action === 'copy') {
      const exchange = actions.log.all().find(({ number }) => number === overlay.chosen);
      if (exchange !== undefined) actions.copySummary(supportSummary(exchange));
    } else if (action === 'focus' || action === 'focus-back') {
      actions.show({ ...overlay, open: !overlay.open });
    } else {
      close();
      return action === 'inspect';
    }
    return true;
  };
}
