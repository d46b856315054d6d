import { msText } from '../../common/time/ms-text.js';
import { el, numberText, withoutZeros } from '../common/dom.js';
import { chart, type Line } from './chart.js';
import { bars, cumulative } from './distributions.js';
import { hopBars } from './hop-bars.js';
import { loadCurves } from './load-curve.js';
import type { Report, Run } from './report.js';
import { bucketsOf, errorSeries, loadSeries, percentileSeries, type Series, tokenSeries } from './series.js';
import { serverCharts } from './server-charts.js';
import { waterfall } from './waterfall.js';

const COLORS = ['line-1', 'line-2', 'line-3', 'line-4', 'line-5'];
const FAILURES = ['failed', 'line-3', 'line-4', 'line-5', 'line-2'];
const secondsText = (value: number): string => `${Number(value.toFixed(3))} s`;

/** Adds a run's charts to its section. */
export function showRun(section: HTMLElement, run: Run, { loop }: Report): void {
  const { requests } = run;
  if (requests.count === 0) return;
  const hops = hopBars(requests);
  section.append(
    ...group('By load', run.levels.length < 2 ? [] : loadCurves(run)),
    ...group('Over time', overTime(run, loop, section.id)),
    ...group('At the server', serverCharts(run, section.id)),
    ...group('Distributions', [...cumulative(run), ...bars(run)]),
    ...(hops === undefined ? [] : [el('h3', {}, 'Where the time goes'), hops]),
    el('h3', {}, 'Requests'),
    waterfall(requests),
  );
}

function group(title: string, charts: readonly HTMLElement[]): HTMLElement[] {
  return charts.length === 0 ? [] : [el('h3', {}, title), el('div', { class: 'charts' }, ...charts)];
}

/** @param sync the key of charts that share a cursor */
function overTime(run: Run, loop: Report['loop'], sync: string): HTMLElement[] {
  const { requests } = run;
  const buckets = bucketsOf(requests, run.durationMs);
  const per = `each point is ${withoutZeros(msText(buckets.widthMs))} of the test`;
  const over = (
    title: string,
    series: Series,
    over: Partial<Parameters<typeof chart>[0]> & { y: string },
  ): HTMLElement =>
    chart({
      title: `${title} (${per})`,
      x: 'time since the start',
      xs: series.seconds,
      lines: series.lines.map(
        ({ label, values }, index): Line => ({
          label,
          values,
          color: COLORS[index % COLORS.length] ?? 'text',
        }),
      ),
      sync,
      xText: secondsText,
      yText: msText,
      ...over,
    });

  const load = loadSeries(requests, buckets);
  const charts = [
    chart({
      title: `Requests in flight, arrivals and complete answers (${per})`,
      x: 'time since the start',
      y: 'requests in flight',
      right: 'a second',
      xs: load.seconds,
      lines: load.lines.map(({ label, values }, index) => ({
        label,
        values,
        color: COLORS[index] ?? 'text',
        right: index > 0,
        ...(index === 0 && { kind: 'steps' as const }),
      })),
      sync,
      xText: secondsText,
      yText: numberText,
      whole: true,
    }),
    ...known(requests.ttftMs, () =>
      over('TTFT by send time', percentileSeries(requests.sentMs, requests.ttftMs, buckets), {
        y: 'TTFT',
      }),
    ),
    ...known(requests.gapMaxMs, () =>
      over(
        'Longest gap of each answer by end time',
        percentileSeries(requests.endMs, requests.gapMaxMs, buckets),
        { y: 'gap' },
      ),
    ),
    ...known(requests.tpotMs, () =>
      over('Time per output token by end time', percentileSeries(requests.endMs, requests.tpotMs, buckets), {
        y: 'TPOT',
      }),
    ),
    ...known(requests.outputTokens, () =>
      over('Output tokens', tokenSeries(requests, buckets, loop === 'open'), {
        y: 'tokens a second',
        yText: numberText,
      }),
    ),
  ];
  const errors = errorSeries(requests, buckets);
  if (errors.lines.length > 0) {
    const lines = errors.lines.map(
      ({ label, values }, index): Line => ({
        label,
        values,
        color: FAILURES[index % FAILURES.length] ?? 'failed',
        kind: 'bars',
      }),
    );
    charts.push(over('Failures', errors, { y: 'failures', yText: numberText, whole: true, lines }));
  }
  return charts;
}

function known(column: readonly (number | null)[], make: () => HTMLElement): HTMLElement[] {
  return column.some((value) => value !== null) ? [make()] : [];
}
