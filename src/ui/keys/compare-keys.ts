import { chooseFirst } from '../../state/comparing/comparing.js';
import { markedView } from '../panes/compare/view.js';
import type { View } from '../transcript/viewport.js';
import type { InputOptions } from './input-options.js';
import type { ActionName } from './keymap.js';

/** Keys during a comparison: they choose an answer, and text still goes into the draft. */
export interface CompareKeys {
  /** @returns whether the key was used */
  press(name: string): boolean;
  /** @returns whether there is a comparison to scroll */
  scroll(rows: number): boolean;
}

/** Actions that work as usual during a comparison. */
const UNAFFECTED: ReadonlySet<ActionName> = new Set([
  ...([
    'newline',
    'stop',
    'clear-or-quit',
    'quit',
    'editor',
    'help',
    'reasoning',
    'source',
    'panes',
  ] as const),
  ...(['focus', 'suspend', 'redraw', 'palette', 'inspect', 'reconnect'] as const),
]);

export function createCompareKeys({ state, actions, keymap, viewport, view }: InputOptions): CompareKeys {
  const looked = (): View | undefined => {
    const { comparison, reasoningShown, sourceShown } = state();
    return comparison && markedView(comparison, view(), { reasoning: reasoningShown, source: sourceShown });
  };
  /** @returns whether it scrolled */
  const scrollBy = (rows: number): boolean => {
    const side = looked();
    if (side === undefined) return false;
    const page = Math.max(1, side.height - 1);
    const scroll = viewport.scrolledBy(side, Math.abs(rows) === PAGE ? Math.sign(rows) * page : rows);
    if (scroll !== undefined) actions.scrollSide(scroll);
    return scroll !== undefined;
  };

  return {
    scroll(rows) {
      if (state().comparison === undefined) return false;
      scrollBy(rows);
      return true;
    },
    press(name) {
      const { comparison, draft } = state();
      if (comparison === undefined) return false;
      const empty = draft.text === '';
      const action = keymap.actionOf(name, !empty);
      if (action === 'focus' || (empty && (name === 'left' || name === 'right'))) {
        actions.markSide(STEPS.has(name) ? comparison.marked + (STEPS.get(name) ?? 0) : undefined);
        return true;
      }
      if (action === 'focus-back') {
        actions.markSide((comparison.marked || comparison.sides.length) - 1);
        return true;
      }
      const rows = SCROLLS.get(action ?? '') ?? (empty ? SCROLLS_EMPTY.get(action ?? '') : undefined);
      if (rows !== undefined) {
        if (!scrollBy(rows)) actions.say(rows < 0 ? 'this is the beginning' : 'this is the end');
      } else if (action === 'send') chooseAndSend(empty);
      else if (action === 'regenerate') actions.repeatSides();
      else if (action === undefined) return false;
      else if (action.startsWith('edit-') || action.startsWith('select-') || UNAFFECTED.has(action))
        return false;
      else actions.say(chooseFirst(keymap.hints));
      return true;
    },
  };

  function chooseAndSend(empty: boolean): void {
    actions.chooseSide();
    if (!empty && state().comparison === undefined) actions.send();
  }
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ['left', -1],
  ['right', 1],
]);
/** Stands for a page, whose size depends on the window's height. */
const PAGE = 10_000;
const SCROLLS: ReadonlyMap<string, number> = new Map([
  ['scroll-row-up', -1],
  ['scroll-row-down', 1],
  ['scroll-page-up', -PAGE],
  ['scroll-page-down', PAGE],
]);
const SCROLLS_EMPTY: ReadonlyMap<string, number> = new Map([
  ['edit-up', -1],
  ['edit-down', 1],
  ['scroll-start', -PAGE * 100],
  ['scroll-end', PAGE * 100],
]);
