const USUAL = { columns: 80, rows: 24 };

/**
 * Gives a terminal of unknown size the one that the environment names, else 80 x 24. A serial line has no size. Nor has
 * a terminal that `docker exec -t`, `ssh -tt` or `script` made without a terminal of its own. The system then reports 0
 * x 0.
 */
export function assumeSize(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): void {
  const { columns, rows } = stdout;
  if (columns > 0 && rows > 0) return;
  Object.assign(stdout, {
    columns: columns > 0 ? columns : Number(env.COLUMNS) || USUAL.columns,
    rows: rows > 0 ? rows : Number(env.LINES) || USUAL.rows,
  });
}
