import { Box, useCursor, useApp as useInk, useInput, usePaste, useWindowSize } from 'ink';
import { type ReactElement, useEffect, useMemo, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { paintRows, useApp, useShared } from './context.js';
import { Conversation } from './conversation.js';
import { createInput } from './input.js';
import { keyPresses } from './keys.js';
import { draftWidth, type Layout, layoutOf } from './layout.js';
import { footerLine, headerLine, statusBar } from './panes/bars.js';
import { composerView, draftRows } from './panes/composer.js';
import { Rows } from './rows.js';
import { Side } from './side.js';

/** The whole screen. */
export function App(): ReactElement {
  const { store, actions, viewport, onTerminal } = useShared();
  const { suspendTerminal } = useInk();
  useEffect(() => onTerminal(suspendTerminal), [onTerminal, suspendTerminal]);

  const { columns, rows } = useWindowSize();
  const wanted = useApp((state) => draftRows(state.draft, draftWidth(columns), rows));
  const layout = useMemo(() => layoutOf(columns, rows, wanted), [columns, rows, wanted]);
  const current = useRef(layout);
  current.current = layout;

  const input = useMemo(
    () =>
      createInput({
        state: store.getState,
        actions,
        viewport,
        view: () => {
          const { messages, scroll } = store.getState();
          return { messages, scroll, ...textOf(current.current) };
        },
        draftWidth: () => draftWidth(current.current.columns),
      }),
    [store, actions, viewport],
  );
  useInput((text, key) => {
    for (const press of keyPresses(text, key)) input.press(press);
  });
  usePaste(input.paste);

  if (layout.kind === 'too-small') return <TooSmall columns={columns} rows={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {(layout.kind === 'panes' || layout.header) && <Header width={columns} />}
      <Box>
        <Conversation layout={layout} />
        {layout.kind === 'panes' && <Side width={layout.sideWidth} height={layout.paneHeight} />}
      </Box>
      {layout.kind === 'stacked' && <StatusBar width={columns} withMessages={!layout.footer} />}
      <Composer layout={layout} />
      {(layout.kind === 'panes' || layout.footer) && <Footer width={columns} />}
    </Box>
  );
}

function textOf(layout: Layout): { width: number; height: number } {
  return layout.kind === 'too-small' ? { width: layout.columns, height: layout.rows } : layout.text;
}

function TooSmall({ columns, rows }: { columns: number; rows: number }): ReactElement {
  const lines = ['terminal too small'.slice(0, columns), ...Array.from({ length: rows - 1 }, () => '')];
  useCursor().setCursorPosition(undefined);
  return <Rows rows={lines} width={columns} />;
}

function Header({ width }: { width: number }): ReactElement {
  const { theme } = useShared();
  const shown = useApp(useShallow(({ messages, endpoint }) => ({ messages, endpoint })));
  return <Rows rows={paintRows([headerLine(shown, width)], width, 1, theme)} width={width} />;
}

function useBarState() {
  return useApp(
    useShallow(({ connection, endpoint, request, toast, quitArmedUntilMs, nowMs }) => ({
      connection,
      endpoint,
      request,
      toast,
      quitArmedUntilMs,
      nowMs: connection.status === 'waiting' ? nowMs : 0,
    })),
  );
}

function StatusBar({ width, withMessages }: { width: number; withMessages: boolean }): ReactElement {
  const { theme } = useShared();
  return (
    <Rows rows={paintRows([statusBar(useBarState(), width, withMessages)], width, 1, theme)} width={width} />
  );
}

function Footer({ width }: { width: number }): ReactElement {
  const { theme } = useShared();
  return <Rows rows={paintRows([footerLine(useBarState(), width)], width, 1, theme)} width={width} />;
}

function Composer({ layout }: { layout: Exclude<Layout, { kind: 'too-small' }> }): ReactElement {
  const { theme } = useShared();
  const { setCursorPosition } = useCursor();
  const draft = useApp((state) => state.draft);
  const inHelp = useApp((state) => state.overlay.kind === 'help');
  const { top, height } = layout.composer;
  const { lines, cursor } = composerView(draft, draftWidth(layout.columns), height);
  setCursorPosition(inHelp ? undefined : { x: cursor.x, y: top + cursor.y });
  return <Rows rows={paintRows(lines, layout.columns, height, theme)} width={layout.columns} />;
}
