import { OUTCOMES } from '../../../common/chat/outcomes.js';
import type { LoggedExchange } from '../../../state/exchange/exchange-log.js';
import { sanitizeLine } from '../../../state/text/sanitize.js';
import type { KeyHints } from '../../../state/view/key-hints.js';
import { count, duration, timeOfDay } from '../../style/format.js';
import { cut, type Line, lineWidth, spread } from '../../style/line.js';
import { firstShown } from '../picker.js';

/** The chosen exchange of the list. */
export interface Chosen {
  /** The exchange's number. */
  readonly chosen: number;
  /** The number of the exchange that others are compared with. */
  readonly marked?: number | undefined;
}

/** From this width on, in cells, the heading shows the keys. */
const KEYS_FROM = 50;

function firstIndex(exchanges: readonly LoggedExchange[], chosen: number, height: number): number {
  const index = exchanges.findIndex(({ number }) => number === chosen);
  return firstShown(index, exchanges.length, height);
}

/** Returns the exchange in this row of the list; undefined when there is none. */
export function exchangeEntryAt(
  exchanges: readonly LoggedExchange[],
  chosen: number,
  height: number,
  row: number,
): LoggedExchange | undefined {
  return row < 1 ? undefined : exchanges[firstIndex(exchanges, chosen, height) + row - 1];
}

/** Returns the list of the last exchanges, newest first, with the chosen one in view. */
export function exchangeListLines(
  exchanges: readonly LoggedExchange[],
  { chosen, marked }: Chosen,
  { choose, close }: KeyHints,
  width: number,
  height: number,
): readonly Line[] {
  const room = Math.max(1, height - 1);
  const from = firstIndex(exchanges, chosen, height);
  const total = exchanges[0]?.number ?? 0;
  const title: Line =
    total > exchanges.length
      ? [['bold', 'Exchanges'], ` the last ${exchanges.length} of ${count(total)}`]
      : [['bold', 'Exchanges']];
  const head =
    width < KEYS_FROM ? title : spread(title, [['dim', `${choose} opens, ${close} closes`]], width);
  return [
    head,
    ...exchanges
      .slice(from, from + room)
      .map((exchange) => rowOf(exchange, exchange.number === chosen, exchange.number === marked, width)),
  ];
}

function rowOf(exchange: LoggedExchange, isChosen: boolean, isMarked: boolean, width: number): Line {
  const { number, atMs, endpoint, end } = exchange;
  const ttft = end?.metrics?.ttftMs;
  const right: Line = [ttft === undefined ? '' : `${duration(ttft)} `, endingOf(exchange)];
  const left: Line = [
    isChosen ? ['accent', '› '] : '  ',
    isMarked ? ['accent', '*'] : '',
    `#${number} ${timeOfDay(atMs)} `,
    ['dim', `${sanitizeLine(endpoint.name)} ${sanitizeLine(endpoint.model)}`],
  ];
  return spread(cut(left, width - lineWidth(right) - 1), right, width);
}

/** Returns the exchange's ending in a word. */
export function endingOf({ end }: LoggedExchange): string {
  return end === undefined ? 'running' : OUTCOMES[end.outcome].shown;
}
