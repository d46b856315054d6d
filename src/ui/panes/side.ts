import { type AppState, PANES, type PaneName } from '../../state/app-state.js';
import { shownRequest } from '../../state/comparing/comparison.js';
import { parameterTexts } from '../../state/endpoint/chat-settings.js';
import { limitsOf } from '../../state/exchange/limits-view.js';
import { spentInAll } from '../../state/exchange/spent.js';
import type { Line } from '../style/line.js';
import { connectionLines, originLines, type Shown, settingLines, windowLines } from './connection.js';
import { limitLines, limitRows } from './limits.js';
import { requestLines } from './request.js';
import { serverLines } from './server.js';
import { FULL_ROWS, SHORT_ROWS, sessionLines } from './session.js';

export const PANE_TITLES: Record<PaneName, string> = {
  connection: 'Connection',
  request: 'Request',
  session: 'Since the start',
};

/** From this height on, the connection and session panes are shown in full. */
const ROOMY_ROWS = 28;
const MOST_CONNECTION_ROWS = 10;
/** Rows of the connection pane without limits, settings and server load. */
export const SHORT_CONNECTION_ROWS = 4;
/** Rows that a pane keeps while another pane has the focus. */
const LEAST_ROWS = 1;
/** More rows than any pane has. */
export const ALL_ROWS = 200;

/** Returns the connection, and with enough rows also server load, settings, rate limits and other origins. */
export function connectionPane(shown: Shown, width: number, height: number): readonly Line[] {
  const lines = connectionLines(shown, width);
  if (height <= lines.length) return lines;
  return [
    ...lines,
    ...serverLines(shown.serverLoad, width),
    ...settingLines(shown.settings, width),
    ...limitLines(shown.limits, shown.nowMs, width),
    ...originLines(shown, width),
    ...windowLines(shown, width),
  ];
}

/** Returns the additional rows that the connection pane could use: for server load, settings and rate limits. */
export function extraRows(state: Pick<AppState, 'settings' | 'request' | 'endpoint' | 'serverLoad'>): number {
  const server = serverLines(state.serverLoad, ALL_ROWS).length;
  return server + parameterTexts(state.settings).length + limitRows(limitsOf(state));
}

/**
 * Divides `rows` among the panes.
 * @param extra the additional rows that the connection pane could use
 * @param focus the focused pane, and the rows it needs
 */
export function paneRows(
  rows: number,
  extra: number,
  focus?: { pane: PaneName; wanted: number },
): Readonly<Record<PaneName, number>> {
  const roomy = rows >= ROOMY_ROWS;
  const connection = roomy
    ? Math.min(MOST_CONNECTION_ROWS, 6 + Math.max(0, extra - 1))
    : SHORT_CONNECTION_ROWS;
  const session = roomy ? FULL_ROWS : SHORT_ROWS;
  const shares = { connection, request: Math.max(0, rows - connection - session), session };
  if (focus === undefined) return shares;
  let missing = Math.max(0, focus.wanted - shares[focus.pane]);
  const others = PANES.filter((pane) => pane !== focus.pane).sort((a, b) => shares[b] - shares[a]);
  // The largest pane loses rows first.
  for (const pane of others) {
    const given = Math.min(missing, Math.max(0, shares[pane] - LEAST_ROWS));
    shares[pane] -= given;
    shares[focus.pane] += given;
    missing -= given;
  }
  return shares;
}

/** The rows of the three frames' edges; neighbours share an edge. */
export const EDGE_ROWS = 4;

/** Returns the pane at row `y` of the panes; `height` includes the frames. */
export function paneAt(state: AppState, width: number, height: number, y: number): PaneName {
  const focus = state.panes.focus?.pane;
  const wanted = focus === undefined ? 0 : wholePane(focus, state, width - 4).length;
  const rows = paneRows(height - EDGE_ROWS, extraRows(state), focus && { pane: focus, wanted });
  let end = 0;
  for (const pane of PANES) {
    // Each pane has an upper edge, and only the last one also has a lower edge.
    end += rows[pane] + 1;
    if (y < end) return pane;
  }
  return 'session';
}

/** Returns all lines of a pane. */
export function wholePane(pane: PaneName, state: AppState, width: number): readonly Line[] {
  const lines = linesOf(pane, state, width);
  return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
}

function linesOf(pane: PaneName, state: AppState, width: number): readonly Line[] {
  switch (pane) {
    case 'connection':
      return connectionPane({ ...state, limits: limitsOf(state) }, width, ALL_ROWS);
    case 'request':
      return requestLines(shownRequest(state), width, ALL_ROWS);
    case 'session':
      return sessionLines(state.session, spentInAll(state), state.slo, width, ALL_ROWS);
  }
}

/** Returns the panes from `from` on, one below the other; shown in place of the conversation. */
export function allPanes(from: PaneName, state: AppState, width: number): readonly Line[] {
  const narrow = Math.min(width, 60);
  return PANES.slice(PANES.indexOf(from)).flatMap((pane, index): Line[] => [
    ...(index === 0 ? [] : [[]]),
    [['title', PANE_TITLES[pane]]],
    ...wholePane(pane, state, narrow),
  ]);
}
