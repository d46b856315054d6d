import { msText } from '../../common/time/ms-text.js';
import { numberText } from '../common/dom.js';
import { chart, type Line } from './chart.js';
import type { Histogram, Run } from './report.js';

const COLORS = ['line-1', 'line-2', 'line-3', 'line-4'];
const shareText = (value: number | null | undefined): string =>
  typeof value === 'number' ? `${(100 * value).toFixed(1)} %` : '';

const FIGURES = [
  ['ttft_ms', 'TTFT'],
  ['tpot_ms', 'TPOT'],
  ['itl_ms', 'ITL'],
  ['e2e_ms', 'E2E'],
] as const;

/** Charts the cumulative share of answers by each figure. */
export function cumulative({ histograms }: Run): HTMLElement[] {
  const all = FIGURES.flatMap(([name, label]) => {
    const histogram = histograms[name];
    return histogram === undefined ? [] : [{ label, histogram }];
  });
  if (all.length === 0) return [];
  const xs = [...new Set(all.flatMap(({ histogram }) => thinned(histogram.fromMs)))].sort(
    (one, other) => one - other,
  );
  const lines = all.map(
    ({ label, histogram }, index): Line => ({
      label,
      values: sharesAt(histogram, xs),
      color: COLORS[index] ?? 'text',
      kind: 'steps',
    }),
  );
  return [
    chart({
      title: 'Cumulative distributions',
      x: 'time (logarithmic)',
      y: 'share',
      xs,
      lines,
      logX: true,
      xText: msText,
      yText: shareText,
    }),
  ];
}

const MOST_POINTS = 600;

function thinned(values: readonly number[]): readonly number[] {
  const step = Math.ceil(values.length / MOST_POINTS);
  return values.filter((value, index) => value > 0 && (index % step === 0 || index === values.length - 1));
}

function sharesAt({ fromMs, counts, total }: Histogram, xs: readonly number[]): number[] {
  let at = 0;
  let below = 0;
  return xs.map((x) => {
    for (; at < fromMs.length && (fromMs[at] ?? 0) <= x; at += 1) below += counts[at] ?? 0;
    return below / total;
  });
}

const BARS = 60;

/** Charts the number of answers by each figure. */
export function bars({ histograms }: Run): HTMLElement[] {
  return FIGURES.flatMap(([name, label], index) => {
    const histogram = histograms[name];
    if (histogram === undefined || name === 'itl_ms') return [];
    const { fromMs, counts, total } = histogram;
    // The slowest hundredth would compress all other bars.
    const most = fromMs[lastOf(counts, 0.99 * total)] ?? 0;
    const width = niceWidth(most / BARS);
    const values = Array<number>(Math.floor(most / width) + 1).fill(0);
    let beyond = 0;
    for (const [at, from] of fromMs.entries()) {
      const bar = Math.floor(from / width);
      if (bar < values.length) values[bar] = (values[bar] ?? 0) + (counts[at] ?? 0);
      else beyond += counts[at] ?? 0;
    }
    const title = `${label}: ${numberText(total)} answers${beyond === 0 ? '' : `, ${numberText(beyond)} of them took longer than shown`}`;
    const xs = values.map((_, bar) => (bar + 0.5) * width);
    return [
      chart({
        title,
        x: label,
        y: 'answers',
        xs,
        lines: [{ label: 'answers', values, color: COLORS[index] ?? 'text', kind: 'bars' }],
        xText: msText,
        yText: numberText,
        whole: true,
      }),
    ];
  });
}

function lastOf(counts: readonly number[], limit: number): number {
  let below = 0;
  return counts.findIndex((count) => {
    below += count;
    return below >= limit;
  });
}

function niceWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 0.01)));
  return power * ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10);
}
