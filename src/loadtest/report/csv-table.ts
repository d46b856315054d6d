import { short } from '../figures/short.js';

/** A column's name, and its value in a row. Undefined is an empty cell; numbers are rounded to three decimals. */
export type CsvColumn<Row> = readonly [name: string, of: (row: Row) => string | number | boolean | undefined];

/** Yields a line of names, and a line for each row (RFC 4180). */
export function* csvTable<Row>(columns: readonly CsvColumn<Row>[], rows: Iterable<Row>): Generator<string> {
  yield `${columns.map(([name]) => name).join(',')}\n`;
  for (const row of rows) yield `${columns.map(([, of]) => cellOf(of(row))).join(',')}\n`;
}

function cellOf(value: string | number | boolean | undefined): string {
  if (typeof value === 'number') return String(short(value));
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
