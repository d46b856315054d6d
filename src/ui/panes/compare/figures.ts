import type { ExchangeMetrics } from '../../../metrics/exchange.js';
import { FIGURES } from '../../../metrics/figures.js';
import { median } from '../../../metrics/percentile.js';
import { tokenRateOf } from '../../../metrics/speed.js';
import type { Side } from '../../../state/comparing/comparison.js';
import { hasEstimates } from '../../../state/comparing/verdict.js';
import { shownPiece, wrapLine } from '../../../state/text/wrap.js';
import { count, duration, taken, tokenRate, UNKNOWN } from '../../style/format.js';
import { cut, fill, type Line } from '../../style/line.js';
import { sharedWaterfall } from '../waterfall/against.js';
import { nameOf, verdictWords } from './verdict-words.js';

const LABEL_WIDTH = 14;
const COLUMN_MAX = 18;

interface Row {
  readonly label: string;
  readonly of: (metrics: ExchangeMetrics) => number | undefined;
  /** @param estimated whether a token count behind the value is an estimate */
  readonly shown: (value: number, estimated: boolean) => string;
}

/** The rows of the table, the most important first. Rows that don't fit are left out. */
const ROWS: readonly Row[] = [
  { label: FIGURES.ttft.label, of: ({ ttftMs }) => ttftMs, shown: duration },
  { label: FIGURES.e2e.label, of: ({ e2eMs }) => e2eMs, shown: taken },
  {
    label: FIGURES.rate.label,
    of: ({ speed }) => tokenRateOf(speed),
    shown: tokenRate,
  },
  {
    label: FIGURES.tokens.label,
    of: ({ outputTokens }) => outputTokens,
    shown: (value, estimated) => count(Math.round(value), estimated),
  },
];

/** With fewer rows than this, the table has no header, because the names are also above the answers. */
const HEADER_FROM = 4;

/** Returns a table of all sides' figures, the verdicts, and the steps to the first token on one scale. */
export function comparedFigures(
  sides: readonly Side[],
  { width, rows, again }: { width: number; rows: number; again: string },
): Line[] {
  const metrics = sides.map(metricsOf);
  const column = Math.max(6, Math.min(COLUMN_MAX, Math.floor((width - LABEL_WIDTH) / sides.length)));
  const cells = (texts: readonly string[]): Line =>
    texts.flatMap((text) => [' ', ...fill([text], column - 1)]);
  const most = Math.max(...metrics.map(({ length }) => length));
  const header: Line = [
    ['dim', (most > 1 ? `median of ${most}` : '').padEnd(LABEL_WIDTH)],
    ...cells(sides.map((_, index) => nameOf(sides, index))),
  ];
  const table = ROWS.map(({ label, of, shown }): Line => {
    const values = metrics.map((runs) => {
      const value = median(runs.flatMap((one) => of(one) ?? []));
      return value === undefined ? UNKNOWN : shown(value, hasEstimates(runs));
    });
    return [['dim', label.padEnd(LABEL_WIDTH)], ...cells(values)];
  });
  const words = verdictWords(sides, again).flatMap((text) =>
    wrapLine(text, { width }).map((piece): Line => [shownPiece(text, piece)]),
  );
  const head = [...(rows < HEADER_FROM ? [] : [header]), ...table].slice(0, rows);
  const lines = [...head, ...words].slice(0, rows).map((line) => cut(line, width));
  const groups = sides.map((_, index) => ({ name: nameOf(sides, index), metrics: metrics[index] ?? [] }));
  return [...lines, ...sharedWaterfall(groups, width, rows - lines.length)];
}

/** Returns the figures of a side's complete answers. Before the first one, they are those of the running answer. */
function metricsOf({ runs, request }: Side): readonly ExchangeMetrics[] {
  if (runs.length > 0) return runs;
  return request.kind === 'none' ? [] : [request.metrics];
}
