import type { Point } from '../../state/view/scroll.js';
import type { Layout } from '../layout.js';
import { compareLayout, SEPARATOR } from '../panes/compare/layout.js';
import { exchangeEntryAt } from '../panes/inspector/list.js';
import { inspectorLayout } from '../panes/inspector/view.js';
import { pickerEntryAt } from '../panes/picker.js';
import { sessionEntryAt } from '../panes/sessions.js';
import { ALL_ROWS, paneAt } from '../panes/side.js';
import type { MouseReport } from './bytes/mouse.js';
import type { InputOptions } from './input-options.js';

interface PointerOptions extends Pick<InputOptions, 'state' | 'actions' | 'viewport' | 'view'> {
  layout: () => Layout;
  /** Handles a key press of this name. */
  press: (name: string) => void;
}

/** Handles the mouse: the wheel scrolls, a click focuses a pane or chooses an entry, a drag selects text. */
export interface Pointer {
  receive(report: MouseReport): void;
}

/** Rows to scroll for one wheel report. */
const WHEEL_ROWS = 3;

type PointedAt =
  | { readonly kind: 'text'; readonly row: number; readonly column: number }
  | { readonly kind: 'side'; readonly row: number }
  | { readonly kind: 'none' };

export function createPointer(options: PointerOptions): Pointer {
  const { state, actions, viewport, view, layout, press } = options;
  /** The cell of the conversation where the button was pressed; undefined after its release. */
  let begun: Point | undefined;

  const placeOf = ({ x, y }: MouseReport): PointedAt => {
    const now = layout();
    if (now.kind === 'too-small') return { kind: 'none' };
    const { text } = now;
    const [column, row] = [x - text.x, y - text.y];
    if (column >= 0 && column < text.width && row >= 0 && row < text.height)
      return { kind: 'text', row, column };
    if (now.kind === 'panes' && x >= now.conversationWidth && y >= 1 && y <= now.paneHeight)
      return { kind: 'side', row: y - 1 };
    return { kind: 'none' };
  };

  const paneOf = (row: number) => {
    const now = layout();
    return now.kind === 'panes' ? paneAt(state(), now.sideWidth, now.paneHeight, row) : undefined;
  };

  /** Returns the conversation's cell at this place. For a row outside of the conversation, it uses the nearest row. */
  const pointAt = (row: number, column: number): Point | undefined => {
    const { places } = viewport.window(view());
    const place = places[Math.min(Math.max(0, row), places.length - 1)];
    return place && { ...place, column: Math.max(0, column) };
  };

  const wheel = (steps: number, place: PointedAt): void => {
    const { focus } = state().panes;
    if (place.kind === 'side' && focus !== undefined && paneOf(place.row) === focus.pane) {
      actions.scrollPane(Math.min(ALL_ROWS, Math.max(0, focus.offset + steps * WHEEL_ROWS)));
      return;
    }
    for (let row = 0; row < WHEEL_ROWS; row += 1) press(steps < 0 ? 'wheelup' : 'wheeldown');
  };

  /** Chooses the entry at this place; a click on the chosen entry opens it. */
  const clickInList = (row: number, column: number): void => {
    const { overlay } = state();
    const { width, height } = view();
    if (overlay.kind === 'picker') {
      const index = pickerEntryAt(overlay, height, row);
      if (index === overlay.index) press('enter');
      else if (index !== undefined) actions.show({ ...overlay, index });
    } else if (overlay.kind === 'sessions' && overlay.renaming === undefined) {
      const index = sessionEntryAt(overlay, height, row);
      if (index === overlay.index) press('enter');
      else if (index !== undefined) actions.show({ ...overlay, index });
    } else if (overlay.kind === 'inspector') {
      const { kind, list } = inspectorLayout(width);
      if (column >= list) actions.show({ ...overlay, open: true });
      else if (kind === 'one' && overlay.open) return;
      else {
        const chosen = exchangeEntryAt(actions.log.all(), overlay.chosen, height, row)?.number;
        if (chosen === overlay.chosen) press('enter');
        else if (chosen !== undefined) actions.show({ ...overlay, chosen, open: false, offset: 0 });
      }
    }
  };

  const clickInComparison = (column: number): void => {
    const { comparison } = state();
    if (comparison === undefined) return;
    const { sides, marked } = comparison;
    const { kind, from, columns, width } = compareLayout(view(), { sides: sides.length, marked });
    if (kind !== 'beside') return;
    actions.markSide(from + Math.min(columns - 1, Math.floor(column / (width + SEPARATOR.length))));
  };

  const down = (place: PointedAt): void => {
    const { overlay, comparison, search, selected, panes } = state();
    begun = undefined;
    if (selected !== undefined) actions.select();
    if (place.kind === 'side') {
      const pane = paneOf(place.row);
      actions.focusPane(pane === panes.focus?.pane ? undefined : pane);
    } else if (place.kind === 'text') {
      if (overlay.kind !== 'none') clickInList(place.row, place.column);
      else if (comparison !== undefined) clickInComparison(place.column);
      else if (search.kind === 'closed') begun = pointAt(place.row, place.column);
    }
  };

  const drag = ({ x, y }: MouseReport): void => {
    const now = layout();
    if (begun === undefined || now.kind === 'too-small') return;
    const { text } = now;
    const row = y - text.y;
    // Dragging past an edge scrolls.
    const beyond = row < 0 ? -1 : row >= text.height ? 1 : 0;
    const scroll = beyond === 0 ? undefined : viewport.scrolledBy(view(), beyond);
    if (scroll !== undefined) actions.scrollTo(scroll);
    const to = pointAt(row, Math.min(x - text.x, text.width - 1));
    if (to !== undefined) actions.select({ from: begun, to });
  };

  const up = (): void => {
    const { selected } = state();
    const was = begun;
    begun = undefined;
    if (was === undefined || selected === undefined) return;
    const text = viewport.textOf(view(), selected);
    if (text.trim() !== '') actions.copySelected(text);
  };

  return {
    receive(report) {
      // With shift the terminal makes its own selection; ignore reports that it sends nevertheless.
      if (report.shift) return;
      const place = placeOf(report);
      switch (report.action) {
        case 'wheel-up':
          return wheel(-1, place);
        case 'wheel-down':
          return wheel(1, place);
        case 'press':
          return report.button === 'left' ? down(place) : undefined;
        case 'drag':
          return report.button === 'left' ? drag(report) : undefined;
        case 'release':
          return up();
        default:
      }
    },
  };
}
