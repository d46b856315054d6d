import type { ExchangeMetrics } from '../../metrics/exchange.js';
import {
  amountsBetween,
  firstOutputMs,
  type OutputOverTime,
  type Pause,
} from '../../metrics/output-over-time.js';
import { STALL_FACTOR, STALL_MS } from '../../metrics/timeline.js';
import { seconds, taken } from '../style/format.js';
import { type Line, lineWidth, spread } from '../style/line.js';
import { LEVELS } from './sparks.js';

/** Marks for the time before the first output, and for stalls. */
const WAITING = '·';
const STALLED = '×';

type Shown = Pick<ExchangeMetrics, 'phase' | 'elapsedMs' | 'gaps' | 'stalledMs'>;

/**
 * The axis of a running answer grows in steps, which are multiples of powers of two seconds, so that its bars rarely
 * move.
 */
const AXIS_STEPS = [1, 1.5];

/** Returns the axis's length in ms: the time of an ended answer, or else the next step. */
function axisMs({ phase, elapsedMs }: Shown): number {
  if (phase === 'done') return elapsedMs;
  for (let seconds = 1; ; seconds *= 2) {
    for (const step of AXIS_STEPS) if (seconds * step * 1000 >= elapsedMs) return seconds * step * 1000;
  }
}

/** Returns the output over time since the request, as bars of `rows` rows; stalls are marked. */
export function timelineBars(
  outputOverTime: OutputOverTime,
  metrics: Shown,
  width: number,
  rows: number,
): Line[] {
  const spanMs = axisMs(metrics);
  const amounts = amountsBetween(outputOverTime, 0, spanMs, width);
  const top = Math.max(...amounts);
  if (top <= 0) return [];
  const full = LEVELS.length - 1;
  const heights = amounts.map((amount) =>
    amount > 0 ? Math.max(1, Math.round((amount / top) * rows * full)) : 0,
  );
  const stepMs = spanMs / width;
  const waiting = Math.floor(firstOutputMs(outputOverTime) / stepMs);
  const stalls = stallsIn(outputOverTime, metrics);
  const isStalled = (column: number): boolean =>
    stalls.some(({ fromMs, toMs }) => fromMs <= column * stepMs && (column + 1) * stepMs <= toMs);
  const signs = heights.map((_, column) => (column < waiting ? WAITING : isStalled(column) ? STALLED : ' '));
  return Array.from({ length: rows }, (_, row): Line => {
    const floor = (rows - 1 - row) * full;
    const isLowest = row === rows - 1;
    const cells = heights.map((height, column) => {
      const level = Math.min(full, Math.max(0, height - floor));
      if (level > 0) return LEVELS.charAt(level);
      return isLowest && height === 0 ? (signs[column] ?? ' ') : ' ';
    });
    return [['accent', cells.join('')]];
  });
}

/** Returns the time axis below the bars, with the meaning of the marks. */
export function timelineAxis(outputOverTime: OutputOverTime, metrics: Shown, width: number): Line {
  const stalled = stallsIn(outputOverTime, metrics).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const end = taken(axisMs(metrics));
  const left = stalled === 0 ? `0   ${WAITING} waiting` : `0   ${STALLED} stalled ${seconds(stalled)}`;
  const fits = lineWidth([left, end]) < width;
  return spread([['dim', fits ? left : '0']], [['dim', end]], width);
}

/** Returns all stalls, including the current one. */
export function stallsIn(
  { pauses }: OutputOverTime,
  { gaps, elapsedMs, stalledMs }: Shown,
): readonly Pause[] {
  const longMs = Math.max(STALL_MS, STALL_FACTOR * (gaps?.p50 ?? 0));
  const over = pauses.filter(({ fromMs, toMs }) => toMs - fromMs > longMs);
  return stalledMs === undefined ? over : [...over, { fromMs: elapsedMs - stalledMs, toMs: elapsedMs }];
}
