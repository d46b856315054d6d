import { type JsonRecord, recordOf } from '../../common/json.js';
import { ROLE_NAMES, ROLES, type Role } from '../../metrics/server/known-servers.js';
import type { RoleFigure } from './figures.js';
import type { ServerRecord } from './record.js';

/** Restores a record from the output of `serverJson`; undefined for another value. @param startedAtMs Unix time of the test's start */
export function serverFrom(value: unknown, startedAtMs: number): ServerRecord | undefined {
  const { url, server, pages, failed, problem, figures, at_ms, series, series_left_out } = recordOf(value);
  if (typeof url !== 'string' || !Array.isArray(at_ms)) return undefined;
  const atMs = at_ms.map((at) => startedAtMs + (numberOf(at) ?? 0));
  const roles = ROLE_NAMES.map((role) => [role, recordOf(recordOf(figures)[role])] as const);
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
    atMs,
    points: new Map(
      roles.flatMap(([role, { values }]) =>
        Array.isArray(values) ? [[role, values.map(numberOrNull)]] : [],
      ),
    ),
    series: new Map(
      Object.entries(recordOf(series)).map(([key, one]) => {
        const { type, values } = recordOf(one);
        const all = Array.isArray(values) ? values.map(numberOrNull) : [];
        // A constant series is saved with one value.
        const [first = null] = all;
        return [key, { type: String(type), values: all.length === 1 ? atMs.map(() => first) : all }];
      }),
    ),
    leftOut: numberOf(series_left_out) ?? 0,
  };
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
const numberOrNull = (value: unknown): number | null => numberOf(value) ?? null;
