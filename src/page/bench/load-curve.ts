import { msText } from '../../common/time/ms-text.js';
import { numberText, percentText } from '../common/dom.js';
import { chart, type Line } from './chart.js';
import type { LevelRow, Run } from './report.js';

/** Charts latency and throughput by load, and the server's figures if its metrics page was read. */
export function loadCurves({ levels, loadText: x }: Run): HTMLElement[] {
  const line = (label: string, color: string, value: (level: LevelRow) => number | null): Line[] => {
    const values = levels.map(value);
    return values.every((one) => one === null) ? [] : [{ label, values, color }];
  };
  const server = [
    ...line('running', 'line-1', ({ running }) => running),
    ...line('waiting', 'line-3', ({ waiting }) => waiting),
  ];
  const cache = line('KV cache, most', 'line-5', ({ kvCacheMax }) => kvCacheMax);
  const common = { x, xs: levels.map(({ load }) => load), xText: numberText };
  return [
    chart({
      ...common,
      title: 'Latency by load',
      y: 'latency',
      yText: msText,
      lines: [
        ...line('TTFT p50', 'line-1', ({ ttftP50 }) => ttftP50),
        ...line('TTFT p95', 'line-2', ({ ttftP95 }) => ttftP95),
        ...line('E2E p95', 'line-3', ({ e2eP95 }) => e2eP95),
      ],
    }),
    chart({
      ...common,
      title: 'Throughput by load',
      y: 'requests a second',
      yText: numberText,
      lines: [
        ...line('complete/s', 'line-1', ({ done }) => done),
        ...line('good/s (goodput)', 'line-4', ({ good }) => good),
      ],
    }),
    ...(server.length === 0
      ? []
      : [
          chart({
            ...common,
            title: 'Requests at the server by load (means)',
            y: 'requests',
            yText: numberText,
            lines: server,
          }),
        ]),
    ...(cache.length === 0
      ? []
      : [chart({ ...common, title: 'KV cache by load', y: 'in use', yText: percentText, lines: cache })]),
  ];
}
