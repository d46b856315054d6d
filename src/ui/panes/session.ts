import { percentile, type SessionFigures } from '../../state/figures.js';
import { count, durations } from '../format.js';
import { type Line, spread } from '../line.js';

export const SESSION_ROWS = 2;

/** The figures of all requests since the start. */
export function sessionLines(session: SessionFigures, width: number): readonly Line[] {
  const p50 = percentile(session.ttfts, 50);
  const p95 = percentile(session.ttfts, 95);
  const times = p50 === undefined || p95 === undefined ? '–' : durations(p50, p95);
  return [
    spread(
      [['dim', 'requests '], count(session.requests)],
      [['dim', 'errors '], count(session.errors)],
      width,
    ),
    spread([['dim', 'TTFT p50/p95']], [times], width),
  ];
}
