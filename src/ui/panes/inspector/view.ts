import type { Inspector } from '../../../state/app-state.js';
import type { LoggedExchange } from '../../../state/exchange/exchange-log.js';
import type { KeyHints } from '../../../state/view/key-hints.js';
import { fill, type Line, type Span } from '../../style/line.js';
import { inspectorLines } from './detail.js';
import { differenceLines } from './difference.js';
import { exchangeListLines } from './list.js';

/** From this width on, in cells, the list is beside the exchange. */
const BESIDE_FROM = 76;
const LIST_SHARE = 0.36;
const LIST_MAX = 44;
const SEPARATOR: Span = ['dim', ' │ '];

/** How list and exchange share the screen, in cells. */
export interface InspectorLayout {
  readonly kind: 'beside' | 'one';
  readonly list: number;
  readonly detail: number;
}

export function inspectorLayout(width: number): InspectorLayout {
  if (width < BESIDE_FROM) return { kind: 'one', list: width, detail: width };
  const list = Math.min(LIST_MAX, Math.floor(width * LIST_SHARE));
  return { kind: 'beside', list, detail: width - list - SEPARATOR[1].length };
}

/** Returns the chosen exchange, or its differences to the marked one. */
export function chosenLines(
  { chosen, marked }: Inspector,
  exchanges: readonly LoggedExchange[],
  hints: KeyHints,
  width: number,
): readonly Line[] {
  const [latest] = exchanges;
  const exchange = exchanges.find(({ number }) => number === chosen) ?? latest;
  if (exchange === undefined) return [];
  const before = exchanges.find(({ number }) => number === marked);
  return before === undefined || before === exchange
    ? inspectorLines(exchange, exchanges, hints, width)
    : differenceLines(before, exchange, width);
}

/** Returns the list, the exchange, or both side by side. `below` is the number of rows below those that fit. */
export function inspectorView(
  overlay: Inspector,
  exchanges: readonly LoggedExchange[],
  hints: KeyHints,
  { width, height }: { width: number; height: number },
): { lines: readonly Line[]; below: number } {
  const { kind, list, detail } = inspectorLayout(width);
  const all = kind === 'one' && !overlay.open ? [] : chosenLines(overlay, exchanges, hints, detail);
  const shown = all.slice(overlay.offset);
  const below = Math.max(0, shown.length - height);
  if (kind === 'one' && overlay.open) return { lines: shown, below };
  const rows = exchangeListLines(exchanges, overlay, hints, list, height);
  if (kind === 'one') return { lines: rows, below: 0 };
  return {
    lines: Array.from({ length: height }, (_, row) => [
      ...fill(rows[row] ?? [], list),
      SEPARATOR,
      ...(shown[row] ?? []),
    ]),
    below,
  };
}
