import { previousBoundary } from '../../state/text/graphemes.js';
import type { InputOptions } from './input-options.js';
import type { KeyPress } from './keys.js';

/** Keys while the search is open. */
export interface SearchKeys {
  /** @returns whether the search used the key */
  press(key: KeyPress): boolean;
}

export function createSearchKeys({ state, actions, keymap, viewport, view }: InputOptions): SearchKeys {
  /** Scrolls the current match into view, above the search's own line. */
  const follow = (): void => {
    const { search } = state();
    if (search.kind === 'closed' || search.current === undefined) return;
    const shown = view();
    const scroll = viewport.showing({ ...shown, height: Math.max(1, shown.height - 1) }, search.current);
    if (scroll !== undefined) actions.scrollTo(scroll);
  };
  const next = (): void => {
    actions.searchNext();
    follow();
  };
  const previous = (): void => {
    actions.searchPrevious();
    follow();
  };
  const type = (query: string): void => {
    actions.searchFor(query);
    follow();
  };

  return {
    press(key) {
      const { search } = state();
      if (search.kind === 'closed') return false;
      if (key.kind === 'text') {
        type(search.query + key.text);
        return true;
      }
      if (keymap.actionOf(key.name, false) === 'search') {
        next();
        return true;
      }
      switch (keymap.inList(key.name)) {
        case 'esc':
          actions.closeSearch();
          return true;
        case 'enter':
        case 'down':
          next();
          return true;
        case 'up':
        case 'shift+enter':
          previous();
          return true;
        case 'backspace':
          type(search.query.slice(0, previousBoundary(search.query, search.query.length)));
          return true;
        case 'ctrl+u':
          type('');
          return true;
        default:
          // Other keys, such as those for scrolling, work as usual.
          return false;
      }
    },
  };
}
