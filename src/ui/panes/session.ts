import { type Spent, spentText, unpricedText } from '../../metrics/cost.js';
import { FIGURES } from '../../metrics/figures.js';
import { percentile } from '../../metrics/percentile.js';
import { SCREEN_FIGURES } from '../../metrics/screen-figures.js';
import type { SessionFigures, Slo } from '../../state/exchange/figures.js';
import { count, duration, durations, percent, UNKNOWN } from '../style/format.js';
import { joinThatFit, type Line, lineWidth, spread } from '../style/line.js';
import { sparks } from './sparks.js';

const LABEL_WIDTH = FIGURES.ttft.label.length;
const PERCENTS = [50, 95, 99];

/** Returns the figures of all requests since the start, and the conversation's cost, in at most `height` lines. */
export function sessionLines(
  session: SessionFigures,
  spent: Spent,
  slo: Slo,
  width: number,
  height: number,
): readonly Line[] {
  const counts = countsLine(session, spent, width);
  if (height < FULL_ROWS) return [counts, shortTimes(session, width)].slice(0, height);
  const column = Math.floor((width - LABEL_WIDTH) / PERCENTS.length);
  return [
    counts,
    [['dim', `${'ms'.padEnd(LABEL_WIDTH)}${PERCENTS.map((p) => `p${p}`.padStart(column)).join('')}`]],
    timesLine(FIGURES.ttft.label, session.ttfts, column),
    timesLine(FIGURES.tpot.label + (session.tpotsEstimated ? ' ~' : ''), session.tpots, column),
    goodputLine(session, slo, width),
    historyLine(session, width),
    ...(height > FULL_ROWS
      ? [...errorLines(session, width), ...unpricedLine(spent)]
      : [errorLine(session, width)]),
  ];
}

/** Rows of the full form: a table of times, goodput, history, and errors by class. */
export const FULL_ROWS = 7;
/** Rows of the short form. */
export const SHORT_ROWS = 2;

/** Returns requests, errors, and the conversation's cost if it is known. */
function countsLine({ requests, errors }: SessionFigures, { cost, unpriced }: Spent, width: number): Line {
  if (cost === undefined)
    return spread(
      [['dim', `${SCREEN_FIGURES.requests.label} `], count(requests)],
      [['dim', `${SCREEN_FIGURES.errors.label} `], count(errors)],
      width,
    );
  const left: Line = [['dim', 'req. '], count(requests), ['dim', '  err. '], count(errors)];
  return spread(left, [spentText(cost, unpriced)], width);
}

function shortTimes({ ttfts }: SessionFigures, width: number): Line {
  const { label } = FIGURES.ttft;
  const p50 = percentile(ttfts, 50);
  const p95 = percentile(ttfts, 95);
  if (p50 === undefined || p95 === undefined) return spread([['dim', label]], [UNKNOWN], width);
  const both = durations(p50, p95);
  return label.length + ' p50/p95 '.length + both.length <= width
    ? spread([['dim', `${label} p50/p95`]], [both], width)
    : spread([['dim', `${label} p50`]], [duration(p50)], width);
}

function timesLine(label: string, samples: readonly number[], column: number): Line {
  const cells = PERCENTS.map((percent) => {
    const ms = percentile(samples, percent);
    return (ms === undefined ? UNKNOWN : shortMs(ms)).padStart(column);
  });
  return [['dim', label.padEnd(LABEL_WIDTH)], cells.join('')];
}

/** Returns a time in ms, or in seconds if that is too long for a column. */
function shortMs(ms: number): string {
  if (ms < 99.95) return ms.toFixed(1);
  return ms < 9999.5 ? String(Math.round(ms)) : `${Math.round(ms / 1000)}s`;
}

/** Returns e.g. `good answers  11/12 91 %`, with the objectives (TTFT and TPOT) if they fit. */
function goodputLine(
  { goodput: { judged, good } }: SessionFigures,
  { ttftMs, tpotMs }: Slo,
  width: number,
): Line {
  const share = judged === 0 ? UNKNOWN : `${count(good)}/${count(judged)} ${percent(good, judged)}`;
  const { label } = SCREEN_FIGURES.goodput;
  const within = `${label} (within ${ttftMs}, ${tpotMs} ms)`;
  return spread([['dim', within.length + share.length < width ? within : label]], [share], width);
}

/** Returns the latest times to first token as bars; empty without any. */
function historyLine({ ttfts }: SessionFigures, width: number): Line {
  if (ttfts.length === 0) return [];
  return [
    ['dim', `${SCREEN_FIGURES.history.label} `],
    ['accent', sparks(ttfts.slice(SCREEN_FIGURES.history.label.length + 1 - width))],
  ];
}

/** Returns a line about the answers that the cost above does not include. */
function unpricedLine({ cost, unpriced }: Spent): Line[] {
  return cost === undefined || unpriced === 0 ? [] : [[['dim', unpricedText(unpriced)]]];
}

/** Returns one error class per line, the most frequent first. */
function errorLines({ errorClasses }: SessionFigures, width: number): readonly Line[] {
  return Object.entries(errorClasses)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]): Line => spread([['dim', name]], [count(times)], width));
}

/** Returns the most frequent error classes that fit in a line, and the number of the others. */
function errorLine({ errorClasses }: SessionFigures, width: number): Line {
  const classes = Object.entries(errorClasses)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]): Line => [['dim', name], ` ${times}`]);
  for (let shown = classes.length; shown > 0; shown -= 1) {
    const left = classes.length - shown;
    const items: Line[] = [...classes.slice(0, shown), ...(left > 0 ? [[`+${left}`]] : [])];
    const cells = items.reduce((sum, item) => sum + lineWidth(item) + 2, -2);
    if (cells <= width) return joinThatFit(items, width);
  }
  return [];
}
