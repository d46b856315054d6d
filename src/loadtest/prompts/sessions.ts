type Members = Readonly<Record<string, unknown>>;

/** BurstGPT has the name with a space. */
const SESSION_NAMES = ['session_id', 'conversation_id', 'chat_id', 'session id'];
/** The member with the id of the row that a row continues (Bailian). */
export const PARENT = 'parent_chat_id';
const TURN_NAMES = ['turn', 'turn_id', 'turn_index', 'round'];

/** Collects the rows of a file by session. A row without a session is a separate session. */
export interface Sessions<Row> {
  add(value: Members, row: Row): void;
  /** Sessions in the order of their first rows. Rows are in the order of their turn numbers, if all have one. */
  all(): [Row, ...Row[]][];
}

export function createSessions<Row>(): Sessions<Row> {
  type Rows = { row: Row; turn: number }[];
  const sessions: Rows[] = [];
  const byId = new Map<unknown, Rows>();
  return {
    add(value, row) {
      const id = sessionOf(value);
      let rows = byId.get(idIn(value, PARENT)) ?? byId.get(id);
      if (rows === undefined) {
        rows = [];
        sessions.push(rows);
      }
      rows.push({ row, turn: turnNumber(value) });
      if (id !== undefined) byId.set(id, rows);
    },
    all: () =>
      sessions.flatMap((rows) => {
        const counted = rows.every(({ turn }) => Number.isFinite(turn));
        const ordered = counted ? rows.toSorted((one, other) => one.turn - other.turn) : rows;
        const [first, ...later] = ordered.map(({ row }) => row);
        return first === undefined ? [] : [[first, ...later]];
      }),
  };
}

/** Returns the name of a row's session; undefined when it has none. */
export function sessionOf(value: Members): string | number | undefined {
  return SESSION_NAMES.map((name) => idIn(value, name)).find((id) => id !== undefined);
}

function idIn(value: Members, name: string): string | number | undefined {
  const id = value[name];
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? id : undefined;
}

function turnNumber(value: Members): number {
  const given = TURN_NAMES.map((name) => idIn(value, name)).find((one) => one !== undefined);
  return given === undefined ? Number.NaN : Number(given);
}
