import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { type Database, integer, openDatabase, type Row, type Value } from './database.js';
import { copyWithHeader } from './header.js';

const TABLES = [
  {
    name: 'sessions',
    key: 'seq',
    columns: [
      'seq',
      'id',
      'title',
      'preview',
      'created_ms',
      'used_ms',
      'touched',
      'head',
      'model',
      'tokens',
      'messages',
      'exchanges',
      'pinned',
      'deleted_ms',
    ],
  },
  {
    name: 'messages',
    key: 'id',
    columns: [
      'id',
      'session',
      'parent',
      'role',
      'at_ms',
      'text',
      'reasoning',
      'status',
      'endpoint',
      'model',
      'writer',
      'written_ms',
      'refusal',
      'tool_calls',
      'tool_call_id',
      'carried',
      'finish_reason',
      'attached',
    ],
  },
  {
    name: 'attachments',
    key: 'id',
    columns: ['id', 'session', 'message', 'name', 'type', 'size', 'url', 'data'],
  },
  {
    name: 'exchanges',
    key: 'id',
    columns: [
      'id',
      'session',
      'question',
      'answer',
      'at_ms',
      'endpoint',
      'url',
      'model',
      'outcome',
      'error',
      'request',
      'metrics',
      'timeline',
      'http',
      'events',
    ],
  },
] as const;

/** The search ends after this many consecutive ids without data, because each id costs a query. */
const MOST_MISSING_IDS = 2000;

/**
 * Copies every readable row of the damaged file into the empty `target`. Messages without their session get a session
 * named "recovered".
 * @returns the number of recovered messages
 */
export function salvage(damagedPath: string, target: Database): number {
  const saved = copyRows(damagedPath, target);
  if (saved > 0) return saved;
  // With a damaged header, no row can be read. All sessions files have nearly the same header, so it is replaced.
  const copy = `${target.path}.copy`;
  try {
    target.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyWithHeader(damagedPath, target.path, copy);
    if (existsSync(`${damagedPath}-wal`)) copyFileSync(`${damagedPath}-wal`, `${copy}-wal`);
    return copyRows(copy, target);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
  }
}

function copyRows(path: string, target: Database): number {
  let source: Database;
  try {
    source = openDatabase(path);
  } catch {
    return 0;
  }
  try {
    target.exec('PRAGMA foreign_keys = OFF');
    target.write(() => {
      for (const table of TABLES) {
        for (const row of readableRows(source, table.name, table.key)) copy(target, table, row);
      }
      adoptOrphans(target);
    });
  } finally {
    target.exec('PRAGMA foreign_keys = ON');
    source.close();
  }
  return integer(target.get('SELECT count(*) AS n FROM messages') ?? {}, 'n');
}

/** Reads rows from the start up to the damage, from the end down to it, and the rows between one by one. */
function* readableRows(source: Database, table: string, key: string): Generator<Row> {
  const first = yield* walk(
    source,
    `SELECT * FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT 100`,
    key,
    0,
  );
  if (first.complete) return;
  const backwards = `SELECT * FROM ${table} WHERE ${key} < ? ORDER BY ${key} DESC LIMIT 1`;
  const last = yield* walk(source, backwards, key, Number.MAX_SAFE_INTEGER, first.reached);
  let missing = 0;
  for (let id = first.reached + 1; id < last.reached && missing < MOST_MISSING_IDS; id += 1) {
    missing += 1;
    try {
      const row = source.get(`SELECT * FROM ${table} WHERE ${key} = ?`, id);
      if (row === undefined) continue;
      missing = 0;
      yield row;
    } catch {
      // The row is on a damaged page.
    }
  }
}

function* walk(
  source: Database,
  sql: string,
  key: string,
  from: number,
  until?: number,
): Generator<Row, { complete: boolean; reached: number }> {
  let reached = from;
  for (;;) {
    let rows: Row[];
    try {
      rows = source.all(sql, reached);
    } catch {
      return { complete: false, reached };
    }
    if (rows.length === 0) return { complete: true, reached };
    for (const row of rows) {
      const id = integer(row, key);
      if (until !== undefined && id <= until) return { complete: true, reached };
      // In a damaged file, following the rows could run in a loop.
      if (id === reached || (until === undefined) !== id > reached) return { complete: false, reached };
      reached = id;
      yield row;
    }
  }
}

function copy(target: Database, table: (typeof TABLES)[number], row: Row): void {
  const columns = table.columns.filter((column) => row[column] !== undefined && row[column] !== null);
  const marks = columns.map(() => '?').join(', ');
  const values: Value[] = columns.map((column) => row[column] ?? null);
  try {
    target.run(`INSERT OR IGNORE INTO ${table.name} (${columns.join(', ')}) VALUES (${marks})`, ...values);
  } catch {
    // Skip a damaged row whose content does not fit its columns.
  }
}

function adoptOrphans(target: Database): void {
  const orphans = target.all(
    `SELECT session, min(at_ms) AS first_ms, max(at_ms) AS last_ms FROM messages
     WHERE session NOT IN (SELECT seq FROM sessions) GROUP BY session`,
  );
  for (const row of orphans) {
    const seq = integer(row, 'session');
    target.run(
      `INSERT INTO sessions (seq, id, title, created_ms, used_ms, touched, head)
       VALUES (?, lower(hex(randomblob(6))), 'recovered', ?, ?, 0, (SELECT max(id) FROM messages WHERE session = ?))`,
      seq,
      integer(row, 'first_ms'),
      integer(row, 'last_ms'),
      seq,
    );
  }
  target.exec(`
    DELETE FROM exchanges WHERE session NOT IN (SELECT seq FROM sessions);
    DELETE FROM attachments WHERE message NOT IN (SELECT id FROM messages);
    UPDATE messages SET parent = (
      SELECT max(earlier.id) FROM messages earlier WHERE earlier.session = messages.session AND earlier.id < messages.id
    ) WHERE parent IS NOT NULL AND parent NOT IN (SELECT id FROM messages);
    UPDATE sessions SET head = (SELECT max(id) FROM messages WHERE session = seq)
      WHERE head IS NOT NULL AND head NOT IN (SELECT id FROM messages);
    UPDATE sessions SET messages = (SELECT count(*) FROM messages WHERE session = seq),
      exchanges = (SELECT count(*) FROM exchanges WHERE session = seq);
  `);
}
