import { numberText, percentText } from '../common/dom.js';
import { chart, type Line } from './chart.js';
import type { Run } from './report.js';
import { serverSeries } from './server-series.js';

const secondsText = (value: number): string => `${Number(value.toFixed(1))} s`;

/** Charts the server's metrics on the time axis of the other charts; empty when no metrics page was read. */
export function serverCharts({ server }: Run, sync: string): HTMLElement[] {
  if (server === undefined) return [];
  return serverSeries(server).map(({ title, y, xs, lines, share }) =>
    chart({
      title: `${title} (reported by ${server.name})`,
      x: 'time since the start',
      y,
      xs,
      lines: lines.map(({ label, values }, index): Line => ({ label, values, color: `line-${index + 1}` })),
      sync,
      xText: secondsText,
      yText: share === true ? percentText : numberText,
    }),
  );
}
