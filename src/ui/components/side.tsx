import { Box } from 'ink';
import { memo, type ReactElement, useEffect, useMemo } from 'react';
import type { AppState, PaneName } from '../../state/app-state.js';
import { shownRequest } from '../../state/comparing/comparison.js';
import { elapsedMs, limitsOf } from '../../state/exchange/limits-view.js';
import { createSpent } from '../../state/exchange/spent.js';
import { countsTime } from '../panes/connection.js';
import { requestLines } from '../panes/request.js';
import { sessionLines } from '../panes/session.js';
import {
  ALL_ROWS,
  connectionPane,
  EDGE_ROWS,
  extraRows,
  PANE_TITLES,
  paneRows,
  SHORT_CONNECTION_ROWS,
  wholePane,
} from '../panes/side.js';
import type { Line } from '../style/line.js';
import { fitRows, useAppState, useShared } from './context.js';
import { edgeRows, type Framed, FramedRows } from './rows.js';

interface PaneProps {
  width: number;
  /** Rows inside the frame. */
  height: number;
}

const EDGES = {
  connection: { top: 'end', bottom: 'none' },
  request: { top: 'join', bottom: 'none' },
  session: { top: 'join', bottom: 'end' },
} as const;

/** The panes connection, request and session in a column; the focused pane gets the rows that it needs. */
export const Side = memo(function Side({ width, height }: PaneProps): ReactElement {
  const pane = useAppState(({ panes }) => panes.focus?.pane);
  const wanted = useAppState((state) => pane && wholePane(pane, state, width - 4).length) ?? 0;
  const extra = useAppState(extraRows);
  const rows = paneRows(height - EDGE_ROWS, extra, pane && { pane, wanted });
  const { actions } = useShared();
  const hasLimits = pane === 'connection' || rows.connection > SHORT_CONNECTION_ROWS;
  useEffect(() => {
    actions.showLimits(hasLimits);
    return () => actions.showLimits(false);
  }, [actions, hasLimits]);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Pane pane="connection" shown={CONNECTION} width={width} height={rows.connection} />
      <Pane pane="request" shown={REQUEST} width={width} height={rows.request} />
      <Pane pane="session" shown={SESSION} width={width} height={rows.session} />
    </Box>
  );
});

/** The state that a pane shows, and its lines. */
interface Shown<T> {
  select: (state: AppState) => T;
  lines: (shown: T, width: number, height: number) => readonly Line[];
}

const CONNECTION = shown(({ connection, endpoint, settings, retry, keys, nowMs, request, serverLoad }) => {
  const limits = limitsOf({ request, endpoint });
  return {
    connection,
    serverLoad,
    settings,
    limits,
    endpoint,
    retry,
    keys,
    // A changed clock paints the pane, so it is constant without a countdown and in whole seconds for limits.
    nowMs: countsTime({ connection, retry })
      ? nowMs
      : limits === undefined
        ? 0
        : limits.atMs + elapsedMs(limits, nowMs),
  };
}, connectionPane);
const REQUEST = shown(
  (state) => ({ request: shownRequest(state) }),
  ({ request }, width, height) => requestLines(request, width, height),
);
const spentNow = createSpent();
const SESSION = shown(
  (state) => ({ session: state.session, spent: spentNow(state), slo: state.slo }),
  ({ session, spent, slo }, width, height) => sessionLines(session, spent, slo, width, height),
);

function shown<T>(select: Shown<T>['select'], lines: Shown<T>['lines']): Shown<T> {
  return { select, lines };
}

/** A framed pane. The focused one can scroll through all its lines; the others show the lines that fit. */
function Pane<T>({
  pane,
  shown: { select, lines: linesOf },
  width,
  height,
}: PaneProps & { pane: PaneName; shown: Shown<T> }): ReactElement {
  const selected = useMemo(
    () => (state: AppState) => {
      const { focus } = state.panes;
      return { ...select(state), offset: focus?.pane === pane ? focus.offset : undefined };
    },
    [pane, select],
  );
  const view = useMemo(
    () =>
      (shown: T & { offset: number | undefined }): Framed => {
        const { offset } = shown;
        const lines = linesOf(shown, width - 4, offset === undefined ? height : ALL_ROWS);
        const from = Math.min(offset ?? 0, Math.max(0, lines.length - height));
        return {
          title: offset === undefined ? PANE_TITLES[pane] : `› ${PANE_TITLES[pane]}`,
          rows: fitRows(lines.slice(from), width - 4, height),
        };
      },
    [pane, linesOf, width, height],
  );
  const edges = EDGES[pane];
  return (
    <FramedRows width={width} height={height + edgeRows(edges)} edges={edges} select={selected} view={view} />
  );
}
