/** Returns the middle value; for an even count, the upper one of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Returns the smallest value that is at least as large as `share` of all values; NaN for an empty list. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Returns microseconds on the machine's monotonic clock, which is the same in all processes. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Aligns rows in columns: the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Prints a figure and its aim. A missed aim does not make the benchmark fail. */
export function report(name: string, value: number, unit: string, aim: number, digits = 2): void {
  const met = value <= aim ? 'met' : 'missed';
  say(`${name.padEnd(58)} ${value.toFixed(digits)} ${unit}   aim <= ${aim} ${unit}   ${met}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
