import type { AppState } from '../../state/app-state.js';
import { fill, type Line } from '../line.js';
import { CONNECTION_ROWS, connectionLines } from './connection.js';
import { edge, framed } from './frame.js';
import { requestLines } from './request.js';
import { SESSION_ROWS, sessionLines } from './session.js';

type Shown = Pick<AppState, 'connection' | 'endpoint' | 'nowMs' | 'request' | 'session'>;

/** Connection, request and session above one another in one frame of exactly `height` lines. */
export function sideLines(shown: Shown, width: number, height: number): readonly Line[] {
  const inner = width - 4;
  const edges = 4;
  const requestRows = Math.max(0, height - edges - CONNECTION_ROWS - SESSION_ROWS);
  const rows = (lines: readonly Line[], number: number): Line[] =>
    Array.from({ length: number }, (_, index) => framed(lines[index] ?? [], width));
  return [
    edge('top', width, { left: ['Connection'] }),
    ...rows(connectionLines(shown, inner), CONNECTION_ROWS),
    edge('middle', width, { left: ['Request'] }),
    ...rows(requestLines(shown.request, inner, requestRows), requestRows),
    edge('middle', width, { left: ['Session'] }),
    ...rows(sessionLines(shown.session, inner), SESSION_ROWS),
    edge('bottom', width),
  ].map((line) => fill(line, width));
}
