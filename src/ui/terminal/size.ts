const USUAL = { columns: 80, rows: 24 };

/**
 * Gives a terminal of unknown size the size in the environment, else 80 x 24. The system reports 0 x 0 for a serial
 * line. It also does so for a terminal that `docker exec -t`, `ssh -tt` or `script` created while they had none
 * themselves.
 */
export function assumeSize(stdout: NodeJS.WriteStream): void {
  const { columns, rows } = stdout;
  const { env } = process;
  if (columns > 0 && rows > 0) return;
  Object.assign(stdout, {
    columns: columns > 0 ? columns : Number(env.COLUMNS) || USUAL.columns,
    rows: rows > 0 ? rows : Number(env.LINES) || USUAL.rows,
  });
}
