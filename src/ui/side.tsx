import { Box } from 'ink';
import { memo, type ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { PaneName } from '../state/app-state.js';
import { shownRequest } from '../state/comparing/compare.js';
import { fitRows, useAppState } from './context.js';
import type { Line } from './line.js';
import { requestLines } from './panes/request.js';
import { sessionLines } from './panes/session.js';
import { ALL_ROWS, connectionPane, PANE_TITLES, paneRows, wholePane } from './panes/side.js';
import { Framed } from './rows.js';

interface PaneProps {
  width: number;
  /** Rows inside the frame. */
  height: number;
}

/** Edges of the three panes' frames, which share two of them. */
const EDGE_ROWS = 4;
const EDGES = {
  connection: { top: 'end', bottom: 'none' },
  request: { top: 'join', bottom: 'none' },
  session: { top: 'join', bottom: 'end' },
} as const;

/** Connection, request and session above one another; the one that is looked at as large as it needs to be. */
export const Side = memo(function Side({ width, height }: PaneProps): ReactElement {
  const pane = useAppState(({ panes }) => panes.focus?.pane);
  const wanted = useAppState((state) => pane && wholePane(pane, state, width - 4).length) ?? 0;
  const rows = paneRows(height - EDGE_ROWS, pane && { pane, wanted });
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Connection width={width} height={rows.connection} />
      <Request width={width} height={rows.request} />
      <Session width={width} height={rows.session} />
    </Box>
  );
});

function Connection({ width, height }: PaneProps): ReactElement {
  const shown = useAppState(
    useShallow(({ connection, endpoint, retry, keys, nowMs }) => ({
      connection,
      endpoint,
      retry,
      keys,
      // The clock matters only while it counts down.
      nowMs: connection.status === 'waiting' || retry !== undefined ? nowMs : 0,
    })),
  );
  const lines = (cells: number, rows: number) => connectionPane(shown, cells, rows);
  return <Pane pane="connection" width={width} height={height} lines={lines} />;
}

function Request({ width, height }: PaneProps): ReactElement {
  const request = useAppState(shownRequest);
  const lines = (cells: number, rows: number) => requestLines(request, cells, rows);
  return <Pane pane="request" width={width} height={height} lines={lines} />;
}

function Session({ width, height }: PaneProps): ReactElement {
  const { session, slo } = useAppState(useShallow((state) => ({ session: state.session, slo: state.slo })));
  const lines = (cells: number, rows: number) => sessionLines(session, slo, cells, rows);
  return <Pane pane="session" width={width} height={height} lines={lines} />;
}

/** One framed pane: all its lines, scrolled, when it is looked at; else what fits. */
function Pane({
  pane,
  width,
  height,
  lines: linesOf,
}: PaneProps & {
  pane: PaneName;
  lines: (width: number, height: number) => readonly Line[];
}): ReactElement {
  const offset = useAppState(({ panes: { focus } }) => (focus?.pane === pane ? focus.offset : undefined));
  const lines = linesOf(width - 4, offset === undefined ? height : ALL_ROWS);
  const from = Math.min(offset ?? 0, Math.max(0, lines.length - height));
  const rows = fitRows(lines.slice(from), width - 4, height);
  const title = offset === undefined ? PANE_TITLES[pane] : `› ${PANE_TITLES[pane]}`;
  return <Framed title={title} rows={rows} width={width} edges={EDGES[pane]} />;
}
