import type { MetricSample } from '../../metrics/server/exposition.js';
import { ROLE_NAMES, type Role } from '../../metrics/server/known-servers.js';
import { isKnownSample, readServer } from '../../metrics/server/reading.js';
import { followRole, type RoleFigure } from './figures.js';

/** One of a server's series during a test. */
export interface Series {
  readonly type: string;
  /** One value for each of the record's times; null when the page lacked the series. */
  readonly values: readonly (number | null)[];
}

/** A server's metrics during a test. */
export interface ServerRecord {
  readonly url: string;
  readonly server: string | undefined;
  readonly pages: number;
  /** Number of pages that could not be read. */
  readonly failed: number;
  /** Why the first unreadable page could not be read. */
  readonly problem: string | undefined;
  readonly figures: ReadonlyMap<Role, RoleFigure>;
  /** Unix time in ms of each kept page. */
  readonly atMs: readonly number[];
  /** Each figure's values at the times in `atMs`. */
  readonly points: ReadonlyMap<Role, readonly (number | null)[]>;
  /** Keyed by name and labels. */
  readonly series: ReadonlyMap<string, Series>;
  /** Number of series that exceeded the limit and were dropped. */
  readonly leftOut: number;
}

/** Collects the pages of a server. */
export interface ServerRecorder {
  /** @param atMs Unix time */
  add(atMs: number, samples: readonly MetricSample[], leftOut: number): void;
  fail(problem: string): void;
  record(url: string): ServerRecord;
}

export interface RecorderLimits {
  readonly series: number;
  /** Most pages whose series are kept. With more pages, every second one is kept, then every fourth, and so on. */
  readonly pages: number;
  /** Most values of all series together: with more series, fewer pages are kept. */
  readonly values: number;
}

const LIMITS: RecorderLimits = { series: 20_000, pages: 600, values: 1_200_000 };
/** Fewest pages that are kept, however many series there are. */
const FEWEST_PAGES = 2;

/** The figures use every page; the series use as many pages as the limits allow. */
export function createServerRecorder(limits: RecorderLimits = LIMITS): ServerRecorder {
  const followers = new Map(ROLE_NAMES.map((role) => [role, followRole(role)] as const));
  const points = new Map<Role, (number | null)[]>();
  const series = new Map<string, { type: string; values: (number | null)[] }>();
  let atMs: number[] = [];
  let every = 1;
  let pages = 0;
  let failed = 0;
  let problem: string | undefined;
  let server: string | undefined;
  let most = 0;

  const thin = (): void => {
    const half = <T>(values: readonly T[]): T[] => values.filter((_, index) => index % 2 === 0);
    atMs = half(atMs);
    for (const one of series.values()) one.values = half(one.values);
    for (const [role, values] of points) points.set(role, half(values));
    every *= 2;
  };
  const keep = (
    samples: readonly MetricSample[],
    figures: Partial<Readonly<Record<Role, number>>>,
    leftOut: number,
  ): void => {
    const place = atMs.length - 1;
    let unkept = leftOut;
    for (const { name, labels, value, type } of samples) {
      const key = labels === '' ? name : `${name}{${labels}}`;
      const known = series.get(key);
      if (known === undefined && series.size >= limits.series && !isKnownSample(name)) {
        unkept += 1;
        continue;
      }
      const one = known ?? { type, values: [] };
      if (known === undefined) series.set(key, one);
      put(one.values, place, Number.isFinite(value) ? value : null);
    }
    most = Math.max(most, unkept);
    for (const role of ROLE_NAMES) {
      const value = figures[role];
      if (value === undefined) continue;
      const values = points.get(role) ?? [];
      points.set(role, values);
      put(values, place, value);
    }
  };
  return {
    add(at, samples, leftOut) {
      const reading = readServer(samples);
      server ??= reading.server;
      for (const [role, follower] of followers) {
        const value = reading.figures[role];
        if (value !== undefined) follower.add(at, value);
      }
      pages += 1;
      if ((pages - 1) % every !== 0) return;
      const room = Math.max(FEWEST_PAGES, limits.values / Math.max(1, series.size));
      if (atMs.length >= Math.min(limits.pages, room)) thin();
      if ((pages - 1) % every !== 0) return;
      atMs.push(at);
      keep(samples, reading.figures, leftOut);
    },
    fail(text) {
      failed += 1;
      problem ??= text;
    },
    record: (url) => ({
      url,
      server,
      pages,
      failed,
      problem,
      figures: new Map(
        [...followers].flatMap(([role, follower]) => {
          const figure = follower.figure();
          return figure === undefined ? [] : [[role, figure] as const];
        }),
      ),
      atMs,
      points: new Map([...points].map(([role, values]) => [role, filled(values, atMs.length)])),
      series: new Map(
        [...series].map(([key, one]) => [key, { type: one.type, values: filled(one.values, atMs.length) }]),
      ),
      leftOut: most,
    }),
  };
}

/** Sets a value and fills earlier pages without the series with null. */
function put(values: (number | null)[], place: number, value: number | null): void {
  while (values.length < place) values.push(null);
  values[place] = value;
}

function filled(values: readonly (number | null)[], length: number): (number | null)[] {
  return Array.from({ length }, (_, index) => values[index] ?? null);
}
