import type { InputOptions } from './input-options.js';

/** Scrolls the conversation. */
export interface Scrolling {
  /** Scrolls by this many rows, and says when it is at an end. */
  by(rows: number): void;
  /** Scrolls without words. Returns whether it scrolled. */
  quietly(rows: number): boolean;
  /** The rows of a page. */
  page(): number;
}

export function createScrolling({
  actions,
  viewport,
  view,
}: Pick<InputOptions, 'actions' | 'viewport' | 'view'>): Scrolling {
  const quietly = (rows: number): boolean => {
    const scroll = viewport.scrolledBy(view(), rows);
    if (scroll !== undefined) actions.scrollTo(scroll);
    return scroll !== undefined;
  };
  const by = (rows: number): void => {
    if (!quietly(rows)) actions.say(rows < 0 ? 'this is the beginning' : 'this is the end');
  };
  const page = (): number => Math.max(1, view().height - 2);
  return { by, quietly, page };
}
