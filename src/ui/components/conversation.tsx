import { memo, type ReactElement, useMemo } from 'react';
import { counted } from '../../common/text/counted.js';
import type { AppState } from '../../state/app-state.js';
import { type Search, searchCount, searchPattern } from '../../state/view/search.js';
import type { Panes, Stacked } from '../layout.js';
import { compareRows } from '../panes/compare/view.js';
import { overlayView } from '../panes/overlay.js';
import { searchLine } from '../panes/search.js';
import { welcomeLines } from '../panes/welcome.js';
import { caretPlace, type Line, lineWidth } from '../style/line.js';
import { questionLine } from '../transcript/question-line.js';
import { markMatches } from '../transcript/search-marks.js';
import { cellsSelected, markCells } from '../transcript/selection.js';
import type { View } from '../transcript/viewport.js';
import { fitRows, type Shared, useShared } from './context.js';
import { type Framed, FramedRows, Painted, type Rows } from './rows.js';

type Shown = ReturnType<typeof select>;

const BLANK: Line = [];
/** The question's line is only shown in a window of at least this height. */
const QUESTION_FROM_ROWS = 8;

function select(state: AppState) {
  const { messages, scroll, selected, overlay, search, reasoningShown, sourceShown, comparison } = state;
  // These overlays show the panes' figures, so any change of the state matters.
  const all = overlay.kind === 'panes' || overlay.kind === 'explain' ? state : undefined;
  // The welcome shows the endpoints. The notices of the start leave room for it.
  const isNew = messages.every(({ role }) => role === 'notice');
  const welcome = isNew ? state.endpoint : undefined;
  const modes = isNew ? state.modes : undefined;
  return {
    welcome,
    modes,
    messages,
    scroll,
    selected,
    overlay,
    search,
    reasoningShown,
    sourceShown,
    comparison,
    all,
  };
}

/** The conversation, or the welcome, a comparison or an overlay that replaces it. */
export const Conversation = memo(function Conversation({
  layout,
}: {
  layout: Panes | Stacked;
}): ReactElement {
  const shared = useShared();
  const view = useMemo(() => (shown: Shown) => contentOf(shown, layout.text, shared), [layout, shared]);
  const { subscribe: watch } = shared.viewport;
  if (layout.kind === 'stacked') return <Open layout={layout} view={view} watch={watch} />;
  return (
    <FramedRows
      width={layout.conversationWidth}
      height={layout.paneHeight}
      select={select}
      view={view}
      watch={watch}
    />
  );
});

/** The rows without a frame, with only a margin. */
function Open({ layout, view, watch }: OpenProps): ReactElement {
  const { columns, margin, text } = layout;
  const open = useMemo(
    () =>
      (shown: Shown): Rows[] => {
        const { rows, mark, cursor } = view(shown);
        const all = [...rows];
        if (mark !== undefined) {
          // The mark (such as `12 more ↓`) replaces the last row.
          all[all.length - 1] = [' '.repeat(Math.max(0, text.width - lineWidth(mark))), ...mark];
        }
        return [{ x: margin, rows: all, width: columns - margin, cursor }];
      },
    [view, columns, margin, text],
  );
  return <Painted width={columns} height={text.height} select={select} view={open} watch={watch} />;
}

interface OpenProps {
  layout: Stacked;
  view: (shown: Shown) => Framed;
  watch: (onChange: () => void) => () => void;
}

/** Returns the rows that fit, and a mark when more follow below. */
function contentOf(
  {
    welcome,
    modes,
    messages,
    scroll,
    selected,
    overlay,
    search,
    reasoningShown,
    sourceShown,
    comparison,
  }: Shown,
  { width, height }: { width: number; height: number },
  shared: Shared,
): Framed {
  const { store, viewport, version, keymap, actions } = shared;
  const title = sourceShown ? 'Conversation, Markdown source' : 'Conversation';
  const reading = { reasoning: reasoningShown, source: sourceShown };
  const over = overlayView(
    overlay,
    { width, height },
    { version, keymap, log: actions.log, state: store.getState },
  );
  if (over !== undefined) {
    const { lines, below } = over;
    const rows = fitRows(lines, width, height);
    return {
      title: over.title,
      rows,
      // Only these overlays have a caret. In others, a bar of a waterfall could be mistaken for one.
      cursor: overlay.kind === 'picker' || overlay.kind === 'sessions' ? caretPlace(rows) : undefined,
      ...(below > 0 && { mark: [['dim', `${below} more ↓ ${keymap.hints.pageDown}`]] }),
    };
  }
  if (comparison !== undefined) {
    const question = messages.find(({ id }) => id === comparison.question)?.text ?? '';
    const parts = { question, reading, viewport, again: keymap.hints.again };
    return { title: 'Compare', rows: compareRows(comparison, { width, height }, parts) };
  }
  /** Returns as much of the welcome as fits into the last `free` rows. */
  const welcomeRows = (free: number): readonly Line[] => {
    if (welcome === undefined || modes === undefined) return [];
    const { program } = store.getState();
    return welcomeLines({ keys: keymap.hints, endpoint: welcome, modes, program }, width, free);
  };
  if (messages.length === 0) return { title, rows: fitRows(welcomeRows(height), width, height) };
  const view = { messages, width, height, scroll, ...reading };
  if (search.kind === 'open' && height > 1) {
    const bar = fitRows([searchLine(search, searchCount(messages, search), keymap.hints, width)], width, 1);
    const rows = [...searchedRows({ ...view, height: height - 1 }, search, shared), ...bar];
    const caret = caretPlace(bar);
    return { title, rows, cursor: caret && { x: caret.x, y: height - 1 } };
  }
  const { rows, newRows, atEnd, top, places } = viewport.window(view);
  const [first, ...others] = welcomeRows(height - rows.length);
  // A notice ends with an empty row.
  const below = first === undefined || first.length === 0 ? others : [first, ...others];
  const shown = Array.from(
    { length: height },
    (_, index) => rows[index]?.line ?? below[index - rows.length] ?? BLANK,
  );
  if (selected !== undefined) {
    for (const [index, place] of places.entries()) {
      const cells = cellsSelected(selected, place);
      if (cells !== undefined) shown[index] = markCells(shown[index] ?? BLANK, cells);
    }
  }
  const question = height < QUESTION_FROM_ROWS ? undefined : questionLine(messages, top, width);
  if (question !== undefined) shown[0] = question;
  if (atEnd) return { title, rows: shown };
  const toEnd = `↓ ${keymap.hints.toEnd}`;
  const words = newRows > 0 ? `${counted(newRows, 'new line')} ${toEnd}` : toEnd;
  return { title, rows: shown, mark: [[newRows > 0 ? 'accent' : 'dim', words]] };
}

/** Returns the conversation's rows with the search's matches marked. */
function searchedRows(
  view: View,
  { query, current }: Extract<Search, { kind: 'open' }>,
  { viewport }: Shared,
): Line[] {
  const { rows } = viewport.window(view);
  const pattern = searchPattern(query);
  const currentRow = current === undefined ? undefined : viewport.rowOf(view, current);
  const lines = pattern === undefined ? rows.map(({ line }) => line) : markMatches(rows, pattern, currentRow);
  return Array.from({ length: view.height }, (_, index) => lines[index] ?? BLANK);
}
