import { type Database, integer, text, textOrNull, type Value } from '../file/database.js';
import { joined, parted } from './indexed-text.js';
import type { Filter, Query, Term } from './query.js';

export interface SearchHit {
  session: string;
  title: string;
  messageId: number;
  role: string;
  /** Unix time in ms. */
  atMs: number;
  model: string | null;
  /** The text around the match, on one line. Found words are enclosed in U+E000 and U+E001. */
  snippet: string;
  /** The figures that the query's filters compare: times in ms, and tokens. Absent without such a filter. */
  figures?: Partial<Record<FigureName, number>>;
}

type FigureFilter = Extract<Filter, { kind: 'figure' }>;
type FigureName = FigureFilter['figure'];

export const FOUND_START = '\u{e000}';
export const FOUND_END = '\u{e001}';

interface Condition {
  sql: string;
  values: Value[];
}

/** Returns the matching messages, the latest first. Their exchange must match all filters. */
export function search(db: Database, query: Query, limit: number): SearchHit[] {
  const match = matchOf(query.terms);
  if (match === '' && query.filters.length === 0) return [];
  const ofMessage = query.filters.flatMap((filter) =>
    filter.kind === 'time' ? [timeCondition(filter)] : [],
  );
  const ofExchange = query.filters.flatMap((filter) => exchangeCondition(filter) ?? []);
  const statement =
    match === ''
      ? withoutText(ofMessage, ofExchange)
      : withText(match, [...ofMessage, ...throughExchanges(db, ofExchange)]);
  const figures = query.filters.filter((filter) => filter.kind === 'figure');
  return db.all(`${statement.sql} LIMIT ?`, ...statement.values, limit).map((row) => ({
    session: text(row, 'session'),
    title: text(row, 'title'),
    messageId: integer(row, 'message'),
    role: text(row, 'role'),
    atMs: integer(row, 'at_ms'),
    model: textOrNull(row, 'model'),
    snippet: joined(text(row, 'snippet')).replace(/\s+/g, ' ').trim(),
    ...(figures.length > 0 && { figures: figuresOf(db, integer(row, 'message'), figures) }),
  }));
}

/** Returns the compared figures of the message's exchange. */
function figuresOf(
  db: Database,
  message: number,
  filters: readonly FigureFilter[],
): Partial<Record<FigureName, number>> {
  const { sql, values } = all(filters.flatMap((filter) => exchangeCondition(filter) ?? []));
  const row = db.get(
    `SELECT * FROM exchanges e WHERE (e.answer = ? OR e.question = ?) AND ${sql} ORDER BY e.id DESC LIMIT 1`,
    message,
    message,
    ...values,
  );
  const known = filters.flatMap(({ figure }) => {
    const value = row?.[COLUMN_OF_FIGURE[figure].slice(2)];
    return typeof value === 'number' ? [[figure, value] as const] : [];
  });
  return Object.fromEntries(known);
}

const COLUMNS = 's.id AS session, s.title, m.id AS message, m.role, m.at_ms, m.model';

/** This condition is constant, so SQLite evaluates it before it searches. */
const NOTHING: Condition = { sql: '0', values: [] };

/** Up to this many exchanges, the filter on exchanges runs first. */
const FEW = 2000;

/**
 * Converts conditions about exchanges to a condition about messages. If few exchanges match, it lists their messages.
 * If many match, each message looks up its exchange, so that the latest matches are found quickly.
 */
function throughExchanges(db: Database, conditions: readonly Condition[]): Condition[] {
  if (conditions.length === 0) return [];
  const { sql, values } = all(conditions);
  const found = db.all(
    `SELECT e.question, e.answer FROM exchanges e WHERE ${sql} LIMIT ?`,
    ...values,
    FEW + 1,
  );
  if (found.length > FEW) {
    return [
      {
        sql: `EXISTS (SELECT 1 FROM exchanges e WHERE e.answer = m.id AND ${sql}) OR EXISTS (SELECT 1 FROM exchanges e WHERE e.question = m.id AND ${sql})`,
        values: [...values, ...values],
      },
    ];
  }
  if (found.length === 0) return [NOTHING];
  const ids = found.flatMap((row) => [row.question, row.answer]).filter((id) => typeof id === 'number');
  return [{ sql: 'm.id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(ids)] }];
}

function withText(match: string, conditions: readonly Condition[]): Condition {
  const { sql, values } = all([{ sql: 's.deleted_ms IS NULL', values: [] }, ...conditions]);
  return {
    sql: `SELECT ${COLUMNS}, snippet(search, 0, '${FOUND_START}', '${FOUND_END}', '…', 24) AS snippet
      FROM search CROSS JOIN messages m ON m.id = search.rowid JOIN sessions s ON s.seq = m.session
      WHERE search MATCH ? AND ${sql} ORDER BY search.rowid DESC`,
    values: [match, ...values],
  };
}

function withoutText(ofMessage: Condition[], ofExchange: Condition[]): Condition {
  const visible = { sql: 's.deleted_ms IS NULL', values: [] };
  if (ofExchange.length === 0) {
    const { sql, values } = all([visible, ...ofMessage]);
    return {
      sql: `SELECT ${COLUMNS}, substr(m.text, 1, 160) AS snippet
        FROM messages m JOIN sessions s ON s.seq = m.session WHERE ${sql} ORDER BY m.id DESC`,
      values,
    };
  }
  const { sql, values } = all([visible, ...ofMessage, ...ofExchange]);
  return {
    sql: `SELECT ${COLUMNS}, substr(coalesce(nullif(m.text, ''), nullif(m.refusal, ''), e.error ->> '$.message', m.tool_calls ->> '$[0].name', ''), 1, 160) AS snippet
      FROM exchanges e JOIN messages m ON m.id = coalesce(e.answer, e.question) JOIN sessions s ON s.seq = m.session
      WHERE ${sql} ORDER BY e.id DESC`,
    values,
  };
}

function all(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Returns the query for FTS5. Each term is quoted, so that FTS5's own syntax has no effect. */
function matchOf(terms: readonly Term[]): string {
  return terms
    .filter((term) => /[\p{L}\p{N}\p{Co}\p{So}]/u.test(term.text))
    .map(({ text, prefix }) => {
      const quoted = `"${parted(text).replaceAll('"', '""').replaceAll('\0', '')}"`;
      // Nearly every text has a word with a given first letter, and such a search is slow.
      return prefix && !/^[a-z0-9]$/i.test(text) ? `${quoted}*` : quoted;
    })
    .join(' ');
}

function timeCondition({ fromMs, toMs }: Extract<Filter, { kind: 'time' }>): Condition {
  return { sql: 'm.at_ms >= ? AND m.at_ms < ?', values: [fromMs, toMs] };
}

const COLUMN_OF_FIGURE = { ttft: 'e.ttft_ms', e2e: 'e.e2e_ms', tokens: 'e.output_tokens' } as const;

function exchangeCondition(filter: Filter): Condition | undefined {
  switch (filter.kind) {
    case 'figure':
      return { sql: `${COLUMN_OF_FIGURE[filter.figure]} ${filter.comparison} ?`, values: [filter.value] };
    case 'status':
      return { sql: 'e.error IS NOT NULL AND e.status_code = ?', values: [filter.code] };
    case 'error':
      return filter.class === 'any'
        ? { sql: 'e.error IS NOT NULL', values: [] }
        : { sql: "e.error IS NOT NULL AND lower(e.error ->> '$.class') = ?", values: [filter.class] };
    case 'model':
    case 'endpoint':
      return { sql: `instr(lower(e.${filter.kind}), ?) > 0`, values: [filter.text] };
    case 'outcome':
      return { sql: 'e.outcome = ?', values: [filter.text] };
    case 'time':
      return undefined;
  }
}
