import { Box } from 'ink';
import { memo, type ReactElement, useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { AppState } from '../state/app-state.js';
import { type Search, searchCount, searchPattern } from '../state/search.js';
import { compareRows } from './compare-view.js';
import { fitRows, type Shared, useAppState, useShared } from './context.js';
import type { Panes, Stacked } from './layout.js';
import { type Line, lineWidth } from './line.js';
import { overlayView } from './overlay.js';
import { searchLine } from './panes/search.js';
import { welcomeLines } from './panes/welcome.js';
import { Framed, Rows } from './rows.js';
import { markMatches } from './transcript/search-marks.js';
import type { View } from './transcript/viewport.js';

type Shown = Pick<AppState, 'messages' | 'scroll' | 'overlay' | 'search' | 'reasoningShown' | 'comparison'>;

const BLANK: Line = [];

interface Content {
  title?: string;
  /** As many as there is room for. */
  rows: readonly Line[];
  /** Where the reader is, when that is not the end. */
  position?: Line | undefined;
}

/** The conversation, or what stands in its place: the welcome, the help. */
export const Conversation = memo(function Conversation({
  layout,
}: {
  layout: Panes | Stacked;
}): ReactElement {
  const shared = useShared();
  const shown = useAppState(
    useShallow(({ messages, scroll, overlay, search, reasoningShown, comparison }) => ({
      messages,
      scroll,
      overlay,
      search,
      reasoningShown,
      comparison,
    })),
  );
  // In the panes' stead everything they tell of counts.
  useAppState((state) => (state.overlay.kind === 'panes' ? state : undefined));
  const { subscribe } = shared.viewport;
  useSyncExternalStore(subscribe, () => shared.viewport.version);
  const { title = 'Conversation', rows, position } = contentOf(shown, layout.text, shared);
  if (layout.kind === 'stacked') return <Open layout={layout} rows={rows} position={position} />;
  return <Framed width={layout.conversationWidth} title={title} rows={rows} mark={position ?? BLANK} />;
});

function contentOf(
  { messages, scroll, overlay, search, reasoningShown, comparison }: Shown,
  { width, height }: { width: number; height: number },
  shared: Shared,
): Content {
  const { store, viewport, version, keymap, actions } = shared;
  const over = overlayView(
    overlay,
    { width, height },
    { version, keymap, log: actions.log, state: store.getState },
  );
  if (over !== undefined) {
    const { title, lines, below } = over;
    return {
      title,
      rows: fitRows(lines, width, height),
      ...(below > 0 && { position: [['dim', `${below} more ↓ ${keymap.hints.pageDown}`]] }),
    };
  }
  if (comparison !== undefined) {
    const question = messages.find(({ id }) => id === comparison.question)?.text ?? '';
    const parts = { question, reasoning: reasoningShown, viewport };
    return { title: 'Compare', rows: compareRows(comparison, { width, height }, parts) };
  }
  if (messages.length === 0)
    return { rows: fitRows(welcomeLines(keymap.hints, width, height), width, height) };
  const view = { messages, width, height, scroll, reasoning: reasoningShown };
  if (search.kind === 'open' && height > 1) {
    const bar = fitRows([searchLine(search, searchCount(messages, search), keymap.hints, width)], width, 1);
    return { rows: [...searchedRows({ ...view, height: height - 1 }, search, shared), ...bar] };
  }
  const { rows, newRows, atEnd } = viewport.window(view);
  const shown = Array.from({ length: height }, (_, index) => rows[index]?.line ?? BLANK);
  if (atEnd) return { rows: shown };
  const words = newRows > 0 ? `${newRows} new lines ↓ ${keymap.hints.toEnd}` : `↓ ${keymap.hints.toEnd}`;
  return { rows: shown, position: [[newRows > 0 ? 'accent' : 'dim', words]] };
}

/** The conversation's rows with what was found in them marked. */
function searchedRows(
  view: View,
  { query, current }: Extract<Search, { kind: 'open' }>,
  { viewport }: Shared,
): Line[] {
  const { rows } = viewport.window(view);
  const pattern = searchPattern(query);
  const currentRow = current === undefined ? undefined : viewport.rowOf(view, current);
  return Array.from({ length: view.height }, (_, index) => {
    const row = rows[index];
    if (row === undefined) return BLANK;
    const tone = index === currentRow ? 'current-match' : 'match';
    return (pattern === undefined ? undefined : markMatches(row.line, pattern, tone)) ?? row.line;
  });
}

/** Without a frame: only a margin. */
function Open({ layout, rows, position }: { layout: Stacked } & Content): ReactElement {
  const { margin, text } = layout;
  const shown = [...rows];
  if (position !== undefined) {
    // In place of the last row: where one is matters more.
    shown[shown.length - 1] = [' '.repeat(Math.max(0, text.width - lineWidth(position))), ...position];
  }
  return (
    <Box paddingLeft={margin} width={layout.columns} flexShrink={0}>
      <Rows rows={shown} width={layout.columns - margin} />
    </Box>
  );
}
