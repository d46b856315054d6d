import type { Comparison, Side } from '../../../state/comparing/comparison.js';
import { sanitizeLine } from '../../../state/text/sanitize.js';
import { cut, fill, joinThatFit, type Line, lineWidth, type Span, spread } from '../../style/line.js';
import type { Reading } from '../../transcript/block-cache.js';
import type { View, Viewport } from '../../transcript/viewport.js';
import { requestSummary } from '../request.js';
import { comparedFigures } from './figures.js';
import { type CompareLayout, compareLayout, SEPARATOR } from './layout.js';
import { verdictWords } from './verdict-words.js';

/** Returns the viewport's view of the marked answer. */
export function markedView(
  { sides, marked }: Comparison,
  size: { width: number; height: number },
  reading: Reading,
): View | undefined {
  const side = sides[marked];
  return side && sideView(side, compareLayout(size, { sides: sides.length, marked }), reading);
}

function sideView(side: Side, { width, textRows }: CompareLayout, reading: Reading): View {
  // The viewport ends with an empty row after the answer. It has one row more than the layout, so that this row is cut
  // off.
  return { messages: [side.answer], width, height: textRows + 1, scroll: side.scroll, ...reading };
}

export interface CompareParts {
  question: string;
  reading: Reading;
  viewport: Viewport;
  /** The key that sends the question to all sides again. */
  again: string;
}

/** Returns the answers that fit, in exactly `height` rows. */
export function compareRows(
  { sides, marked, rounds }: Comparison,
  size: { width: number; height: number },
  { question, reading, viewport, again }: CompareParts,
): Line[] {
  const { width, height } = size;
  const layout = compareLayout(size, { sides: sides.length, marked });
  const rule: Line = [['dim', '─'.repeat(width)]];
  const shown = sides
    .map((side, index) => ({ side, isMarked: index === marked, place: `${index + 1}/${sides.length}` }))
    .slice(layout.from, layout.from + layout.columns);
  const columns = shown.map(({ side, isMarked, place }) => [
    titleOf(side, isMarked, layout.columns < sides.length ? place : '', layout),
    ...answerOf(side, layout, reading, viewport),
  ]);
  const now = rounds.of > 1 ? `round ${rounds.now}/${rounds.of}` : '';
  const questionRow = spread(
    cut(
      [
        ['accent', 'you'],
        ['dim', `  ${sanitizeLine(question.slice(0, 500))}`],
      ],
      width - (now === '' ? 0 : now.length + 2),
    ),
    [['dim', now]],
    width,
  );
  if (layout.figureRows === 0) return exactly(columns[0] ?? [], height);
  if (layout.kind === 'stacked') {
    const [verdict] = rounds.now > 1 ? verdictWords(sides, again) : [];
    const below = shown.map(({ side }) => summaryOf(side, width) ?? rule);
    const rows = columns.flatMap((rows, index) => [...rows, below[index] ?? rule]);
    return exactly([verdict === undefined ? questionRow : cut([verdict], width), ...rows], height);
  }
  const figures = comparedFigures(sides, { width, rows: layout.figureRows, again });
  return exactly([questionRow, ...beside(columns, layout.width), rule, ...figures], height);
}

function answerOf(side: Side, layout: CompareLayout, reading: Reading, viewport: Viewport): Line[] {
  const { rows } = viewport.window(sideView(side, layout, reading));
  return exactly(
    rows.map(({ line }) => line),
    layout.textRows,
  );
}

/** Joins columns of equal height with a line between them. */
function beside(columns: readonly (readonly Line[])[], width: number): Line[] {
  const between: Span = ['dim', SEPARATOR];
  const [first = []] = columns;
  return first.map((_, row) =>
    columns.flatMap((rows, index) => {
      const line = rows[row] ?? [];
      return index === columns.length - 1 ? line : [...fill(line, width), between];
    }),
  );
}

const STATE_FROM = 40;

/** Returns e.g. `› simulator  gpt-3.5-turbo`; `›` marks the answer that enter chooses. */
function titleOf(
  { endpoint, request }: Side,
  isMarked: boolean,
  place: string,
  { kind, width }: CompareLayout,
): Line {
  const name = sanitizeLine(endpoint.name);
  const left: Line = [
    isMarked ? ['accent', '› '] : '  ',
    isMarked ? ['title', name] : ['bold', name],
    ['dim', `  ${sanitizeLine(endpoint.model)}`],
  ];
  // A narrow title only has room for the name.
  const [state = []] = kind === 'beside' || width < STATE_FROM ? [] : requestSummary(request);
  const right: Line = place === '' ? state : [...state, ['dim', ` ${place}`]];
  return spread(cut(left, width - lineWidth(right) - 1), right, width);
}

/** Returns the side's figures in one row; undefined before there are any. */
function summaryOf({ request }: Side, width: number): Line | undefined {
  const [, ...items] = requestSummary(request);
  return items.length === 0 ? undefined : joinThatFit(items, width);
}

function exactly(rows: readonly Line[], height: number): Line[] {
  return Array.from({ length: height }, (_, index) => rows[index] ?? []);
}
