import { ROLE_NAMES, type Role } from '../../metrics/server/known-servers.js';
import type { RoleFigure } from '../server-metrics/figures.js';
import { countText, figureJson, gaugeText, perSecond } from '../server-metrics/report.js';
import type { Level } from './level.js';

/** One of the server's figures of a load, as a column of a table. */
interface ServerColumn {
  /** The column's name in the printed table. */
  readonly head: string;
  /** In CSV, after `server_`. */
  readonly name: string;
  readonly role: Role;
  value(figure: RoleFigure): number | undefined;
  text(value: number): string;
}

const gauge =
  (name: 'mean' | 'max') =>
  (figure: RoleFigure): number | undefined =>
    figure.kind === 'gauge' ? figure[name] : undefined;
const counter =
  (name: 'total' | 'perSecond') =>
  (figure: RoleFigure): number | undefined =>
    figure.kind === 'counter' ? figure[name] : undefined;

/** The columns, in order. */
export const SERVER_COLUMNS: readonly ServerColumn[] = [
  { head: 'running', name: 'running_mean', role: 'running', value: gauge('mean'), text: countText },
  { head: 'max', name: 'running_max', role: 'running', value: gauge('max'), text: countText },
  { head: 'waiting', name: 'waiting_mean', role: 'waiting', value: gauge('mean'), text: countText },
  { head: 'max', name: 'waiting_max', role: 'waiting', value: gauge('max'), text: countText },
  {
    head: 'KV cache max',
    name: 'kv_cache_max',
    role: 'kv_cache',
    value: gauge('max'),
    text: (value) => gaugeText('kv_cache', value),
  },
  {
    head: 'preemptions',
    name: 'preemptions_total',
    role: 'preemptions',
    value: counter('total'),
    text: countText,
  },
  {
    head: 'prompt tok',
    name: 'prompt_tokens_per_s',
    role: 'prompt_tokens',
    value: counter('perSecond'),
    text: perSecond,
  },
  {
    head: 'output tok',
    name: 'generation_tokens_per_s',
    role: 'generation_tokens',
    value: counter('perSecond'),
    text: perSecond,
  },
];

/** Returns the value of a load in a column; undefined when the server does not report the figure. */
export function serverValue({ role, value }: ServerColumn, { server }: Level): number | undefined {
  const figure = server?.get(role);
  return figure && value(figure);
}

/** Returns the server's figures of all loads as a table, below the names of its columns; empty when none is known. */
export function serverTable(levels: readonly Level[], unit: string): string[][] {
  const used = SERVER_COLUMNS.filter((column) =>
    levels.some((level) => serverValue(column, level) !== undefined),
  );
  if (used.length === 0) return [];
  return [
    [unit, ...used.map(({ head }) => head)],
    ...levels.map((level) => [
      String(level.load),
      ...used.map((column) => {
        const value = serverValue(column, level);
        return value === undefined ? '' : column.text(value);
      }),
    ]),
  ];
}

/** Converts the server's figures of a load to JSON; null when no metrics page was read. */
export function levelServerJson({ server }: Level): Record<string, unknown> | null {
  if (server === undefined) return null;
  return Object.fromEntries(ROLE_NAMES.map((role) => [role, figureJson(server.get(role))]));
}
