import { ROLE_NAMES, type Role } from '../../metrics/server/known-servers.js';
import { short } from '../figures/short.js';
import { aligned } from '../report/table.js';
import type { RoleFigure } from './figures.js';
import type { Series, ServerRecord } from './record.js';

/**
 * Converts a record to JSON. Names are stable; new ones may be added. @param startedAtMs Unix time of the test's start
 */
export function serverJson(record: ServerRecord, startedAtMs: number): Record<string, unknown> {
  const { url, server, pages, failed, problem, figures, atMs, points, series, leftOut } = record;
  return {
    url,
    server: server ?? null,
    pages,
    failed,
    problem: problem ?? null,
    figures: Object.fromEntries(
      ROLE_NAMES.map((role) => {
        const figure = figureJson(figures.get(role));
        return [role, figure && { ...figure, values: points.get(role) ?? [] }];
      }),
    ),
    at_ms: atMs.map((at) => short(at - startedAtMs)),
    series: Object.fromEntries([...series].map(([key, one]) => [key, seriesJson(one)])),
    series_left_out: leftOut,
  };
}

/** Converts one figure to JSON; null without it. */
export function figureJson(figure: RoleFigure | undefined): Record<string, number | null> | null {
  if (figure === undefined) return null;
  const { start, end } = figure;
  if (figure.kind === 'gauge')
    return { start: short(start), mean: short(figure.mean), max: short(figure.max), end: short(end) };
  return {
    start: short(start),
    end: short(end),
    total: short(figure.total),
    per_s: figure.perSecond === undefined ? null : short(figure.perSecond),
    peak_per_s: figure.peakPerSecond === undefined ? null : short(figure.peakPerSecond),
  };
}

/** Converts a series to JSON. A constant series has one value. */
function seriesJson({ type, values }: Series): Record<string, unknown> {
  const [first = null] = values;
  return { type, values: values.every((value) => value === first) ? [first] : values };
}

const LABELS: Readonly<Record<Role, string>> = {
  waiting: 'waiting',
  running: 'running',
  kv_cache: 'KV cache',
  preemptions: 'preemptions',
  prompt_tokens: 'prompt tok',
  generation_tokens: 'output tok',
};

/** Formats the source of a record, e.g. `server  vLLM at http://…, 12 pages of 340 series`. */
export function serverSource(record: ServerRecord): string {
  const { url, server, pages, failed, problem, series } = record;
  const about = [
    `${server ?? 'an unknown server'} at ${url}`,
    `${pages} ${pages === 1 ? 'page' : 'pages'} of ${series.size} series`,
    ...(failed === 0 ? [] : [`${failed} could not be read: ${problem ?? ''}`]),
    ...(pages > 0 && server === undefined ? ['no metric name is known: --json has the series'] : []),
  ].join(', ');
  return `server      ${about}\n`;
}

/** Formats a record as the text below the client's figures; empty without a record. */
export function serverText(record: ServerRecord | undefined): string {
  if (record === undefined) return '';
  const { figures } = record;
  const gauges = rows(figures, 'gauge', (role, figure) =>
    figure.kind === 'gauge'
      ? [figure.start, figure.mean, figure.max, figure.end].map((value) => gaugeText(role, value))
      : [],
  );
  const counters = rows(figures, 'counter', (_, figure) =>
    figure.kind === 'counter'
      ? [countText(figure.total), perSecond(figure.perSecond), perSecond(figure.peakPerSecond)]
      : [],
  );
  return [
    `\n${serverSource(record)}`,
    ...(gauges.length === 0 ? [] : [aligned([['', 'start', 'mean', 'max', 'end'], ...gauges], 1)]),
    ...(counters.length === 0 ? [] : [aligned([['', 'total', 'mean', 'peak'], ...counters], 1)]),
  ].join('');
}

function rows(
  figures: ReadonlyMap<Role, RoleFigure>,
  kind: RoleFigure['kind'],
  cells: (role: Role, figure: RoleFigure) => string[],
): string[][] {
  return ROLE_NAMES.flatMap((role) => {
    const figure = figures.get(role);
    return figure?.kind === kind ? [[LABELS[role], ...cells(role, figure)]] : [];
  });
}

/** Formats a gauge: the KV cache as a share. */
export function gaugeText(role: Role, value: number): string {
  return role === 'kv_cache' ? `${(100 * value).toFixed(1)} %` : countText(value);
}

export const countText = (value: number): string =>
  Number.isInteger(value) || value >= 1000 ? value.toFixed(0) : value.toFixed(1);

export const perSecond = (value: number | undefined): string =>
  value === undefined ? '' : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)}/s`;
