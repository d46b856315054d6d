import { ROLE_NAMES, ROLES, type Role } from '../../metrics/server/known-servers.js';
import { figuresSince } from './figures.js';
import type { Series, ServerRecord } from './record.js';

/**
 * Joins the records of processes that ran at the same time. Records of one server become one record. The figures of
 * several servers are added, or the highest counts, as for several engines of one server.
 */
export function joinRecords(records: readonly ServerRecord[]): ServerRecord | undefined {
  const servers = [...Map.groupBy(records, identityOf).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [ofOneServer(first, others)],
  );
  const [first, ...others] = servers;
  return first === undefined || others.length === 0 ? first : ofServers([first, ...others]);
}

/** The same address is the same server, unless the server says that it started at another time. */
function identityOf({ url, series }: ServerRecord): string {
  const started = series.get('process_start_time_seconds')?.values.find((value) => value !== null);
  return `${url}\n${started ?? ''}`;
}

/**
 * Uses all pages of the record with the most pages, and only earlier and later pages of the others. Pages of two
 * records are never interleaved: their clocks differ a little, so a counter could seem to fall, which counts as a
 * restart.
 */
function ofOneServer(first: ServerRecord, others: readonly ServerRecord[]): ServerRecord {
  if (others.length === 0) return first;
  const [base = first, ...rest] = [first, ...others].toSorted(
    (one, other) => other.atMs.length - one.atMs.length,
  );
  let pages = pagesOf(base);
  for (const record of rest) {
    const [from, to] = [pages[0]?.atMs ?? 0, pages.at(-1)?.atMs ?? 0];
    const more = pagesOf(record);
    pages = [
      ...more.filter(({ atMs }) => atMs < from - APART_MS),
      ...pages,
      ...more.filter(({ atMs }) => atMs > to + APART_MS),
    ];
  }
  const all = [base, ...rest];
  const atMs = pages.map((page) => page.atMs);
  const points = new Map(
    rolesOf(all).map((role) => [
      role,
      pages.map(({ record, index }) => record.points.get(role)?.[index] ?? null),
    ]),
  );
  return {
    ...summary(all),
    url: base.url,
    pages: base.pages + pages.filter(({ record }) => record !== base).length,
    figures: figuresSince({ atMs, points }, Number.NEGATIVE_INFINITY),
    atMs,
    points,
    series: new Map(
      [...new Set(all.flatMap(({ series }) => [...series.keys()]))].map((key) => [
        key,
        {
          type: all.flatMap(({ series }) => series.get(key)?.type ?? [])[0] ?? 'unknown',
          values: pages.map(({ record, index }) => record.series.get(key)?.values[index] ?? null),
        },
      ]),
    ),
  };
}

/** Pages less than this apart belong to the same moment, because a page is read once a second. */
const APART_MS = 500;

interface Page {
  readonly record: ServerRecord;
  readonly index: number;
  readonly atMs: number;
}

const pagesOf = (record: ServerRecord): Page[] => record.atMs.map((atMs, index) => ({ record, index, atMs }));

/** Joins the records of several servers. Series get the label `server`; each value counts until the next page. */
function ofServers(servers: readonly [ServerRecord, ...ServerRecord[]]): ServerRecord {
  const atMs: number[] = [];
  for (const at of servers.flatMap((one) => one.atMs).toSorted((one, other) => one - other)) {
    if (at - (atMs.at(-1) ?? Number.NEGATIVE_INFINITY) >= APART_MS) atMs.push(at);
  }
  const held = servers.map((server) => {
    const places = atMs.map((at) => server.atMs.findLastIndex((page) => page <= at + APART_MS));
    return (values: readonly (number | null)[]): (number | null)[] =>
      places.map((place) => values[place] ?? null);
  });
  const points = new Map(
    rolesOf(servers).map((role) => {
      const columns = servers.flatMap((server, index) => {
        const values = server.points.get(role);
        return values === undefined ? [] : [held[index]?.(values) ?? []];
      });
      return [role, atMs.map((_, at) => joined(role, columns, at))];
    }),
  );
  return {
    ...summary(servers),
    url: servers.map(({ url }) => url).join(', '),
    pages: servers.reduce((sum, { pages }) => sum + pages, 0),
    figures: figuresSince({ atMs, points }, Number.NEGATIVE_INFINITY),
    atMs,
    points,
    series: new Map(
      servers.flatMap(({ url, series }, index) =>
        [...series].map(([key, { type, values }]): [string, Series] => [
          labelled(key, url),
          { type, values: held[index]?.(values) ?? [] },
        ]),
      ),
    ),
  };
}

/** Null while one of the servers has no value yet: a sum without it would jump. */
function joined(role: Role, columns: readonly (readonly (number | null)[])[], at: number): number | null {
  const values = columns.flatMap((column) => column[at] ?? []);
  if (values.length < columns.length) return null;
  return ROLES[role].joined === 'sum' ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values);
}

/** Adds the label `server` to a series' name. */
function labelled(key: string, url: string): string {
  const label = `server=${JSON.stringify(url)}`;
  return key.endsWith('}') ? `${key.slice(0, -1)},${label}}` : `${key}{${label}}`;
}

function rolesOf(records: readonly ServerRecord[]): Role[] {
  return ROLE_NAMES.filter((role) => records.some(({ points }) => points.has(role)));
}

function summary(
  records: readonly ServerRecord[],
): Pick<ServerRecord, 'server' | 'failed' | 'problem' | 'leftOut'> {
  const names = [...new Set(records.flatMap(({ server }) => server ?? []))];
  return {
    server: names.length === 0 ? undefined : names.join(', '),
    failed: records.reduce((sum, { failed }) => sum + failed, 0),
    problem: records.find(({ problem }) => problem !== undefined)?.problem,
    leftOut: records.reduce((sum, { leftOut }) => sum + leftOut, 0),
  };
}
