/** The middle value; of an even count, the upper of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that `share` of all values do not exceed; NaN of none. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Microseconds on the machine's monotonic clock, the same in every process. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Rows in columns; the first is left-aligned, the others are figures. */
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

/** Prints a figure beside its aim. Figures only inform: no benchmark fails. */
export function report(name: string, value: number, unit: string, aim: number, digits = 2): void {
  const met = value <= aim ? 'met' : 'missed';
  say(`${name.padEnd(58)} ${value.toFixed(digits)} ${unit}   aim <= ${aim} ${unit}   ${met}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
