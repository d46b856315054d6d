import uPlot from 'uplot';
import { color, el, onTheme, withoutZeros } from '../common/dom.js';

/** A line of a chart. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Name of a color variable of the page's style. */
  readonly color: string;
  /** Use the right axis. */
  readonly right?: boolean;
  /** When several lines are bars, they are stacked. */
  readonly kind?: 'bars' | 'steps';
}

export interface ChartOptions {
  readonly title: string;
  /** Labels of the axes. */
  readonly x: string;
  readonly y: string;
  readonly right?: string;
  readonly xs: readonly number[];
  readonly lines: readonly Line[];
  /** Charts with the same key share a cursor. */
  readonly sync?: string;
  readonly logX?: boolean;
  /** The values of the left axis are whole numbers. */
  readonly whole?: boolean;
  readonly xText: (value: number) => string;
  readonly yText: (value: number | null | undefined) => string;
}

const HEIGHT = 220;
/** Distances of ticks for counts. */
const WHOLE = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power))
  .sort((one, other) => one - other);
const LEAST_WIDTH = 200;

/**
 * Creates a figure with a chart. It has a summary for screen readers, a table that can be opened, and a cursor that
 * follows the arrow keys.
 */
export function chart(options: ChartOptions): HTMLElement {
  const { title, xs, lines } = options;
  const place = el('div', {
    class: 'plot',
    tabindex: 0,
    role: 'img',
    'aria-label': `${title}. ${summary(options)}`,
  });
  const live = el('p', { class: 'live', 'aria-live': 'polite' });
  const figure = el('figure', { class: 'chart' }, el('figcaption', {}, title), place, live, table(options));
  let plot: uPlot | undefined;
  const draw = (): void => {
    plot?.destroy();
    const width = Math.max(LEAST_WIDTH, place.clientWidth);
    plot = new uPlot(plotOptions(options, width), [[...xs], ...stacked(lines)], place);
  };
  place.addEventListener('keydown', (event) => {
    const next = nextIndex(event.key, plot?.cursor.idx ?? 0, xs.length);
    if (plot === undefined || next === undefined) return;
    event.preventDefault();
    plot.setCursor({ left: plot.valToPos(xs[next] ?? 0, 'x'), top: plot.over.clientHeight / 2 });
    live.textContent = valuesAt(options, next);
  });
  new ResizeObserver(() => {
    if (plot === undefined) draw();
    else plot.setSize({ width: Math.max(LEAST_WIDTH, place.clientWidth), height: HEIGHT });
  }).observe(place);
  onTheme(draw);
  return figure;
}

/** Returns the values to draw. Bars are stacked on the later lines, so the first line is drawn behind the others. */
function stacked(lines: readonly Line[]): (number | null)[][] {
  return lines.map(({ values, kind }, number) => {
    const below = kind === 'bars' ? lines.slice(number + 1) : [];
    return values.map((value, at) =>
      value === null ? null : below.reduce((sum, one) => sum + (one.values[at] ?? 0), value),
    );
  });
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(count - 1, index + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function plotOptions(options: ChartOptions, width: number): uPlot.Options {
  const { lines, x, y, right, xText, yText } = options;
  const axis = {
    stroke: color('text'),
    grid: { stroke: color('grid'), width: 1 },
    ticks: { stroke: color('grid'), width: 1 },
  };
  const ticks =
    (text: (value: number) => string) =>
    (_plot: uPlot, values: readonly (number | null)[]): string[] =>
      values.map((value) => (value === null ? '' : withoutZeros(text(value))));
  const scaleOf = (line: Line): string => (line.right ? 'right' : 'y');
  return {
    width,
    height: HEIGHT,
    cursor: {
      ...(options.sync !== undefined && { sync: { key: options.sync } }),
      drag: { x: true, y: false },
    },
    scales: {
      x: { time: false, ...(options.logX && { distr: 3 as const }) },
      y: { range: fromZero },
      ...(right !== undefined && { right: { range: fromZero } }),
    },
    axes: [
      {
        ...axis,
        label: x,
        values: ticks(xText),
      },
      { ...axis, label: y, size: 70, values: ticks(yText), ...(options.whole && { incrs: WHOLE }) },
      ...(right === undefined
        ? []
        : [
            {
              ...axis,
              scale: 'right',
              side: 1,
              label: right,
              size: 70,
              grid: { show: false },
              values: ticks(yText),
            },
          ]),
    ],
    series: [
      { label: x, value: (_plot, value) => (value === null ? '' : xText(value)) },
      ...lines.map((line): uPlot.Series => {
        const stroke = color(line.color);
        const paths =
          line.kind === 'bars'
            ? uPlot.paths.bars?.({ size: [0.9, 100] })
            : line.kind === 'steps'
              ? uPlot.paths.stepped?.({ align: 1 })
              : undefined;
        return {
          label: line.label,
          scale: scaleOf(line),
          stroke,
          width: 1.5,
          spanGaps: true,
          points: { show: line.kind === undefined && options.xs.length <= 60, size: 4 },
          ...(line.kind === 'bars' && { fill: stroke }),
          ...(paths !== undefined && { paths }),
          value: (_plot, value: number | null, _series, index) =>
            yText(index === null ? value : line.values[index]),
        };
      }),
    ],
  };
}

const fromZero = (_plot: uPlot, _min: number | null, max: number | null): [number, number] => [
  0,
  max === null || max <= 0 ? 1 : max * 1.05,
];

/** Describes the range of each line, for screen readers. */
function summary({ lines, yText }: ChartOptions): string {
  return lines
    .map(({ label, values }) => {
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return `${label}: none`;
      const [least, most] = [Math.min(...known), Math.max(...known)];
      return `${label}: ${yText(least)} to ${yText(most)}`;
    })
    .join('; ');
}

function valuesAt({ xs, lines, xText, yText }: ChartOptions, index: number): string {
  const values = lines.map(({ label, values }) => `${label} ${yText(values[index]) || 'none'}`);
  return `${xText(xs[index] ?? 0)}: ${values.join(', ')}`;
}

/** Creates a table that is filled when it is first opened. */
function table(options: ChartOptions): HTMLElement {
  const { x, xs, lines, xText, yText } = options;
  const details = el('details', {}, el('summary', {}, 'As a table'));
  details.addEventListener(
    'toggle',
    () => {
      const head = el(
        'tr',
        {},
        el('th', { scope: 'col' }, x),
        ...lines.map(({ label }) => el('th', { scope: 'col' }, label)),
      );
      const rows = xs.map((value, index) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, xText(value)),
          ...lines.map(({ values }) => el('td', {}, yText(values[index]))),
        ),
      );
      details.append(
        el(
          'div',
          { class: 'scroll', tabindex: 0 },
          el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows)),
        ),
      );
    },
    { once: true },
  );
  return details;
}
