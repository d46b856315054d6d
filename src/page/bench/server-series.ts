import type { Column, ServerFigures } from './report.js';

/** The lines of one chart. */
export interface ServerSeries {
  readonly title: string;
  readonly y: string;
  /** Seconds since the start. */
  readonly xs: readonly number[];
  readonly lines: readonly { readonly label: string; readonly values: Column }[];
  /** Values from 0 to 1. */
  readonly share?: true;
}

interface Charted {
  readonly title: string;
  readonly y: string;
  readonly roles: Readonly<Record<string, string>>;
  readonly rate?: true;
  readonly share?: true;
}

const CHARTS: readonly Charted[] = [
  { title: 'Requests at the server', y: 'requests', roles: { running: 'running', waiting: 'waiting' } },
  { title: 'KV cache', y: 'in use', roles: { kv_cache: 'KV cache' }, share: true },
  {
    title: 'Tokens at the server',
    y: 'a second',
    roles: { prompt_tokens: 'prompt', generation_tokens: 'output' },
    rate: true,
  },
  { title: 'Preemptions', y: 'a second', roles: { preemptions: 'preemptions' }, rate: true },
];

/** Returns a chart for each known figure. Counters are charted as rates. */
export function serverSeries({ atMs, figures }: ServerFigures): ServerSeries[] {
  const xs = atMs.map((at) => (at ?? 0) / 1000);
  return CHARTS.flatMap(({ title, y, roles, rate, share }) => {
    const lines = Object.entries(roles).flatMap(([role, label]) => {
      const values = figures.get(role);
      if (values === undefined) return [];
      return [{ label, values: rate === true ? ratesOf(xs, values) : values }];
    });
    if (lines.length === 0) return [];
    return [{ title, y, xs, lines, ...(share === true && { share }) }];
  });
}

/** Returns a counter's growth per second since the previous value. After a reset it counts from zero. */
function ratesOf(xs: readonly number[], values: Column): Column {
  let before: { at: number; value: number } | undefined;
  return values.map((value, index) => {
    const at = xs[index] ?? 0;
    if (value === null) return null;
    const last = before;
    before = { at, value };
    if (last === undefined || at <= last.at) return null;
    return (value >= last.value ? value - last.value : value) / (at - last.at);
  });
}
