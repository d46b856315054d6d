import { Box } from 'ink';
import { memo, type ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { paintRows, useAppState, useShared } from './context.js';
import { connectionLines } from './panes/connection.js';
import { requestLines } from './panes/request.js';
import { FULL_ROWS, SHORT_ROWS, sessionLines } from './panes/session.js';
import { Framed } from './rows.js';

interface PaneProps {
  width: number;
  /** Rows inside the frame. */
  height: number;
}

/** Edges of the three panes' frames, which share two of them. */
const EDGE_ROWS = 4;
/** From here on connection and session are told in full. */
const ROOMY_ROWS = 28;
const FIRST = { top: 'end', bottom: 'none' } as const;
const BETWEEN = { top: 'join', bottom: 'none' } as const;
const LAST = { top: 'join', bottom: 'end' } as const;

/** Connection, request and session above one another. */
export const Side = memo(function Side({ width, height }: PaneProps): ReactElement {
  const rows = height - EDGE_ROWS;
  const roomy = rows >= ROOMY_ROWS;
  const connectionRows = roomy ? 6 : 4;
  const sessionRows = roomy ? FULL_ROWS : SHORT_ROWS;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Connection width={width} height={connectionRows} />
      <Request width={width} height={Math.max(0, rows - connectionRows - sessionRows)} />
      <Session width={width} height={sessionRows} />
    </Box>
  );
});

function Connection({ width, height }: PaneProps): ReactElement {
  const { theme } = useShared();
  const shown = useAppState(
    useShallow(({ connection, endpoint, retry, nowMs }) => ({
      connection,
      endpoint,
      retry,
      // The clock matters only while it counts down.
      nowMs: connection.status === 'waiting' || retry !== undefined ? nowMs : 0,
    })),
  );
  const rows = paintRows(connectionLines(shown, width - 4), width - 4, height, theme);
  return <Framed title="Connection" rows={rows} width={width} edges={FIRST} />;
}

function Request({ width, height }: PaneProps): ReactElement {
  const { theme } = useShared();
  const request = useAppState((state) => state.request);
  const rows = paintRows(requestLines(request, width - 4, height), width - 4, height, theme);
  return <Framed title="Request" rows={rows} width={width} edges={BETWEEN} />;
}

function Session({ width, height }: PaneProps): ReactElement {
  const { theme } = useShared();
  const session = useAppState((state) => state.session);
  const rows = paintRows(sessionLines(session, width - 4, height), width - 4, height, theme);
  return <Framed title="Session" rows={rows} width={width} edges={LAST} />;
}
