import type { AppState, PaneName } from '../../../state/app-state.js';
import { shownRequest } from '../../../state/comparing/comparison.js';
import { limitsOf } from '../../../state/exchange/limits-view.js';
import { spentInAll } from '../../../state/exchange/spent.js';
import { shownPiece, wrapLine } from '../../../state/text/wrap.js';
import { type Line, spread } from '../../style/line.js';
import { explainConnection } from './connection.js';
import type { Explained } from './explained.js';
import { explainRequest } from './request.js';
import { explainSession } from './session.js';

const INDENT = '  ';

/** Explains each figure of a pane: definition, value and verdict. */
export function explainLines(pane: PaneName, state: AppState, width: number): readonly Line[] {
  return explained(pane, state).flatMap((one, index): Line[] => [
    ...(index === 0 ? [] : [[]]),
    ...linesOf(one, width),
  ]);
}

function explained(pane: PaneName, state: AppState): Explained[] {
  switch (pane) {
    case 'connection':
      return explainConnection({ ...state, limits: limitsOf(state) });
    case 'request':
      return explainRequest(shownRequest(state), state.session, state.slo);
    case 'session':
      return explainSession(state.session, spentInAll(state), state.slo);
  }
}

function linesOf({ figure, value, verdict, parts = [] }: Explained, width: number): Line[] {
  const { label, term, help, definition } = figure;
  const name: Line = [['bold', label], ...(term === undefined ? [] : [['dim', ` (${term})`] as const])];
  const head = spread(name, [value], width);
  const fits = head.length > name.length + 1;
  return [
    head,
    // A value that doesn't fit beside the name goes below it.
    ...(fits ? [] : wrapped(value, width, 'plain')),
    ...wrapped(help, width, 'plain'),
    ...wrapped(`Definition: ${definition}.`, width, 'dim'),
    ...(verdict === undefined ? [] : wrapped(`→ ${verdict}`, width, 'accent')),
    ...parts.flatMap((part) => wrapped(`${part.label}, ${part.value}: ${part.what}`, width, 'plain')),
  ];
}

function wrapped(text: string, width: number, tone: 'plain' | 'dim' | 'accent'): Line[] {
  const inner = Math.max(1, width - INDENT.length);
  return wrapLine(text, { width: inner }).map((piece): Line => [INDENT, [tone, shownPiece(text, piece)]]);
}
