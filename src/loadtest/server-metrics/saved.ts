import { type JsonRecord, recordOf } from '../../common/json.js';
import { ROLE_NAMES, ROLES, type Role } from '../../metrics/server/known-servers.js';
import { jsonNumbers, numberList } from '../report/number-list.js';
import type { RoleFigure } from './figures.js';
import type { ServerRecord } from './record.js';

/**
 * Restores a record from the output of `serverJson`; undefined without one. @param startedAtMs Unix time of the test's
 * start
 */
export function serverFrom(value: unknown, startedAtMs: number): ServerRecord | 'damaged' | undefined {
  if (value === undefined || value === null) return undefined;
  const { url, server, pages, failed, problem, figures, at_ms, series, series_left_out } = recordOf(value);
  const times = numberList(at_ms);
  if (typeof url !== 'string' || times === undefined || !times.every(isAscending)) return 'damaged';
  const roles = ROLE_NAMES.map((role) => [role, recordOf(recordOf(figures)[role])] as const);
  const points = roles.flatMap(([role, { values }]) => {
    const list = numberList(values);
    return list === undefined ? [] : [[role, jsonNumbers(list)] as const];
  });
  const kept = Object.entries(recordOf(series)).map(([key, one]) => {
    const { type, values } = recordOf(one);
    const all = jsonNumbers(numberList(values) ?? new Float64Array());
    // A constant series is saved with one value.
    const [first = null] = all;
    return [
      key,
      { type: String(type), values: all.length === 1 ? Array.from(times, () => first) : all },
    ] as const;
  });
  // A figure that no page had has no values.
  const isWhole = (values: readonly unknown[]): boolean =>
    values.length === 0 || values.length === times.length;
  if (!points.every(([, values]) => isWhole(values)) || !kept.every(([, { values }]) => isWhole(values)))
    return 'damaged';
  return {
    url,
    server: typeof server === 'string' ? server : undefined,
    pages: numberOf(pages) ?? 0,
    failed: numberOf(failed) ?? 0,
    problem: typeof problem === 'string' ? problem : undefined,
    figures: new Map(
      roles.flatMap(([role, figure]) => {
        const restored = figureFrom(role, figure);
        return restored === undefined ? [] : [[role, restored] as const];
      }),
    ),
    atMs: Array.from(times, (at) => startedAtMs + at),
    points: new Map(points),
    series: new Map(kept),
    leftOut: numberOf(series_left_out) ?? 0,
  };
}

function isAscending(one: number, at: number, all: Float64Array): boolean {
  return Number.isFinite(one) && (at === 0 || one >= (all[at - 1] ?? one));
}

function figureFrom(role: Role, figure: JsonRecord): RoleFigure | undefined {
  const [start, end] = [numberOf(figure.start), numberOf(figure.end)];
  if (start === undefined || end === undefined) return undefined;
  if (ROLES[role].kind === 'gauge')
    return {
      kind: 'gauge',
      start,
      mean: numberOf(figure.mean) ?? end,
      max: numberOf(figure.max) ?? end,
      end,
    };
  return {
    kind: 'counter',
    start,
    end,
    total: numberOf(figure.total) ?? 0,
    perSecond: numberOf(figure.per_s),
    peakPerSecond: numberOf(figure.peak_per_s),
  };
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
