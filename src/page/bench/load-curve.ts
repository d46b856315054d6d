import { msText, numberText } from '../common/dom.js';
import { chart, type Line } from './chart.js';
import type { LevelRow, Run } from './report.js';

/** Charts latency and throughput by load. */
export function loadCurves({ levels, loadKind }: Run): HTMLElement[] {
  const x = loadKind === 'rate' ? 'arrivals a second' : 'requests at a time';
  const line = (label: string, color: string, value: (level: LevelRow) => number | null): Line[] => {
    const values = levels.map(value);
    return values.every((one) => one === null) ? [] : [{ label, values, color }];
  };
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
  ];
}
