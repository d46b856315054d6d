import { Box, useApp, useWindowSize } from 'ink';
import { type ReactElement, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { AppState } from '../state/app-state.js';
import { Footer, Header, StatusBar } from './components/bars.js';
import { Composer } from './components/composer.js';
import { useAppState, useKeyboard, useServerLoad, useShared } from './components/context.js';
import { Conversation } from './components/conversation.js';
import { Painted } from './components/rows.js';
import { Side } from './components/side.js';
import { createInput } from './keys/input.js';
import { draftWidth, haveRoomForPanes, type Layout, layoutOf } from './layout.js';
import { attachedNote, draftNote, draftRows } from './panes/composer.js';

/** The whole screen. */
export function App(): ReactElement {
  const { onTerminal, painter } = useShared();
  const { suspendTerminal } = useApp();
  useEffect(() => onTerminal(suspendTerminal), [onTerminal, suspendTerminal]);
  useLayoutEffect(() => {
    painter.begin();
    return painter.pause;
  }, [painter]);

  const { columns, rows } = useWindowSize();
  const wanted = useAppState(useMemo(() => draftHeight(columns, rows), [columns, rows]));
  const panes = useAppState((state) => state.panes.shown);
  const layout = useMemo(() => layoutOf(columns, rows, wanted, panes), [columns, rows, wanted, panes]);
  useKeys(layout);
  const inTheirPlace = useAppState(({ overlay }) => overlay.kind === 'panes');
  useServerLoad(layout.kind === 'panes' || inTheirPlace);

  if (layout.kind === 'too-small') return <TooSmall columns={columns} rows={rows} />;
  const hasPanes = layout.kind === 'panes';
  return (
    // Absolute, so that Ink's own output has no rows: the painter writes them.
    <Box position="absolute" flexDirection="column" width={columns} height={rows}>
      {(hasPanes || layout.header) && <Header width={columns} />}
      <Box>
        <Conversation layout={layout} />
        {hasPanes && <Side width={layout.sideWidth} height={layout.paneHeight} />}
      </Box>
      {!hasPanes && <StatusBar width={columns} withMessages={!layout.footer} />}
      <Composer layout={layout} />
      {(hasPanes || layout.footer) && <Footer width={columns} />}
    </Box>
  );
}

/** Selects the number of rows that the draft needs. It caches them, because it runs on every change of the state. */
function draftHeight(columns: number, rows: number): (state: AppState) => number {
  let last = { text: '', height: 1 };
  return (state) => {
    const { text } = state.draft;
    if (text !== last.text) last = { text, height: draftRows(text, draftWidth(columns), rows) };
    const notes = [attachedNote(state), draftNote(state)].filter((note) => note !== undefined);
    return last.height + notes.length;
  };
}

/** Turns the terminal's input into actions, with the current layout. */
function useKeys(layout: Layout): void {
  const { store, actions, keymap, viewport, keyboard } = useShared();
  const current = useRef(layout);
  current.current = layout;
  const input = useMemo(
    () =>
      createInput({
        state: store.getState,
        actions,
        keymap,
        viewport,
        view() {
          const { messages, scroll, reasoningShown: reasoning, sourceShown: source } = store.getState();
          const { columns: width, rows: height } = current.current;
          const text = current.current.kind === 'too-small' ? { width, height } : current.current.text;
          return { messages, scroll, reasoning, source, ...text };
        },
        draftWidth: () => draftWidth(current.current.columns),
        panesBeside: () => haveRoomForPanes(current.current.columns, current.current.rows),
        layout: () => current.current,
      }),
    [store, actions, keymap, viewport],
  );
  useKeyboard(input);
  const mouse = useAppState((state) => state.mouse);
  useEffect(() => keyboard.reportMouse(mouse), [keyboard, mouse]);
}

/** Messages for a terminal that is too small. The screen shows the longest one that fits. */
const TOO_SMALL = ['terminal too small', 'too small', 'small', '…'];

function TooSmall({ columns, rows }: { columns: number; rows: number }): ReactElement {
  const view = useMemo(() => {
    const words = TOO_SMALL.find((text) => text.length <= columns) ?? '';
    return () => [{ width: columns, rows: [[words]] }];
  }, [columns]);
  return (
    <Box position="absolute">
      <Painted width={columns} height={rows} select={nothing} view={view} />
    </Box>
  );
}

const nothing = () => ({});
