import type { Comparison, Side } from '../../state/comparing/comparison.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { cut, fill, joinThatFit, type Line, lineWidth, spread } from '../style/line.js';
import type { Reading, View, Viewport } from '../transcript/viewport.js';
import { requestLines, requestSummary } from './request.js';

/** How two answers share the conversation's place. */
export interface CompareLayout {
  /** `beside`: in two columns; `stacked`: one above the other; `one`: only the marked one has room. */
  kind: 'beside' | 'stacked' | 'one';
  /** Of one side, cells. */
  width: number;
  /** Rows of an answer's text. */
  textRows: number;
  /** Rows of figures below it. */
  figureRows: number;
}

const BESIDE_FROM_COLUMNS = 72;
const STACKED_FROM_ROWS = 9;
const SEPARATOR = ' │ ';
/** The question above, the title of a side, the line between text and figures. */
const QUESTION_ROWS = 1;
const TITLE_ROWS = 1;
const RULE_ROWS = 1;

export function compareLayout(width: number, height: number): CompareLayout {
  const room = height - QUESTION_ROWS - TITLE_ROWS;
  if (width >= BESIDE_FROM_COLUMNS && height >= STACKED_FROM_ROWS) {
    const figureRows = room >= 28 ? 17 : room >= 14 ? 7 : 2;
    const textRows = room - figureRows - RULE_ROWS;
    return { kind: 'beside', width: Math.floor((width - SEPARATOR.length) / 2), textRows, figureRows };
  }
  if (height >= STACKED_FROM_ROWS) {
    const each = Math.floor((height - QUESTION_ROWS) / 2);
    return { kind: 'stacked', width, textRows: each - TITLE_ROWS - RULE_ROWS, figureRows: 1 };
  }
  return { kind: 'one', width, textRows: Math.max(1, height - TITLE_ROWS), figureRows: 0 };
}

/** One side's answer as the viewport looks at it. */
export function sideView(side: Side, { width, textRows }: CompareLayout, reading: Reading): View {
  // The empty row behind an answer is not shown.
  return { messages: [side.answer], width, height: textRows + 1, scroll: side.scroll, ...reading };
}

export interface CompareParts {
  question: string;
  reading: Reading;
  viewport: Viewport;
}

/** Both answers: exactly `height` rows. */
export function compareRows(
  { sides, marked }: Comparison,
  { width, height }: { width: number; height: number },
  { question, reading, viewport }: CompareParts,
): Line[] {
  const layout = compareLayout(width, height);
  const answer = (side: Side): Line[] => {
    const { rows } = viewport.window(sideView(side, layout, reading));
    return exactly(
      rows.map(({ line }) => line),
      layout.textRows,
    );
  };
  const column = (side: Side, index: number): Line[] => [
    titleOf(side, index === marked, layout),
    ...answer(side),
    ...(layout.figureRows === 0 ? [] : figuresOf(side, layout)),
  ];
  const asked = cut(
    [
      ['accent', 'you'],
      ['dim', `  ${sanitizeLine(question.slice(0, 500))}`],
    ],
    width,
  );
  const [one, other] = sides.map(column);
  if (one === undefined || other === undefined) return [];
  switch (layout.kind) {
    case 'one':
      return exactly(marked === 0 ? one : other, height);
    case 'stacked':
      return exactly([asked, ...one, ...other], height);
    case 'beside':
      return exactly(
        [
          asked,
          ...one.map((left, row) => [
            ...fill(left, layout.width),
            ['dim', SEPARATOR] as const,
            ...(other[row] ?? []),
          ]),
        ],
        height,
      );
  }
}

/** `› simulator  gpt-3.5-turbo`: the mark tells which one enter goes on with. */
function titleOf({ endpoint, request }: Side, isMarked: boolean, { kind, width }: CompareLayout): Line {
  const name = sanitizeLine(endpoint.name);
  const left: Line = [
    isMarked ? ['accent', '› '] : '  ',
    isMarked ? ['title', name] : ['bold', name],
    ['dim', `  ${sanitizeLine(endpoint.model)}`],
  ];
  if (kind === 'beside') return left;
  const [state = []] = requestSummary(request);
  return spread(cut(left, width - lineWidth(state) - 1), state, width);
}

function figuresOf({ request }: Side, { kind, width, figureRows }: CompareLayout): Line[] {
  const rule: Line = [['dim', '─'.repeat(width)]];
  if (kind !== 'beside') {
    const [, ...items] = requestSummary(request);
    return [items.length === 0 ? rule : joinThatFit(items, width)];
  }
  const lines = requestLines(request, width, figureRows);
  return [rule, ...Array.from({ length: figureRows }, (_, index): Line => lines[index] ?? [])];
}

function exactly(rows: readonly Line[], height: number): Line[] {
  return Array.from({ length: height }, (_, index) => rows[index] ?? []);
}
