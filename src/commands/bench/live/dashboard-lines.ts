import type { Tally } from '../../../loadtest/figures/tally.js';
import type { LiveFigures } from '../../../loadtest/live/live-figures.js';
import { plot } from '../../../loadtest/live/plot.js';
import type { Limit } from '../../../loadtest/load/run-load.js';

/** A running test. */
export interface Shown {
  readonly label: string;
  readonly limit: Limit;
  readonly tally: Tally;
  ended(): number;
  inFlight(): number;
  /** The user marked a moment, in ms since the start. */
  onMark(atMs: number): void;
}

/** The lines above the plots. */
export interface Heading {
  /** E.g. `simulator  [█████     ] 12/30 s`. */
  readonly position: string;
  /** E.g. `8.1 requests/s  642 tok/s`. */
  readonly figures: string;
}

/** Whether the plots fit. A smaller terminal gets one line. */
export const hasRoom = (columns: number, rows: number): boolean => columns >= 40 && rows >= 12;
const GUTTER = 8;
const MOST_ROWS = 8;
/** The heading's two lines and the keys. */
const FIXED = 3;

/** Returns the dashboard as lines that fit the terminal and leave one row free; a small terminal gets one line. */
export function dashboardLines(
  live: LiveFigures,
  { position, figures }: Heading,
  columns: number,
  rows: number,
  keys: string,
): string[] {
  if (!hasRoom(columns, rows)) return [`${position}  ${figures}`.slice(0, columns - 1)];
  const plots = [
    { title: 'requests in flight', values: live.inFlight, joined: 'most', text: number },
    { title: 'complete answers a second', values: live.perSecond, joined: 'mean', text: number },
    { title: 'TTFT p95', values: live.ttft, joined: 'most', text: ms },
  ] as const;
  const height = Math.min(MOST_ROWS, Math.floor((rows - 1 - FIXED) / plots.length) - 1);
  const width = columns - 1 - GUTTER;
  const drawn = plots.flatMap(({ title, values, joined, text }) => {
    const { rows: lines, top } = plot(values, { width, height, joined, marks: live.marks });
    const now = values.findLast((value) => value !== null);
    return [
      now === undefined ? title : `${title}: ${text(now)}`,
      ...lines.map((line, row) => {
        const label = row === 0 ? text(top) : row === lines.length - 1 ? '0' : '';
        return `${label.padStart(GUTTER - 1)} ${line}`;
      }),
    ];
  });
  return [position, figures, ...drawn, keys].map((line) => line.slice(0, columns - 1));
}

const number = (value: number): string => value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0);

function ms(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(0)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
