import { type CsvColumn, csvTable } from '../report/csv-table.js';
import type { Curve } from './curve.js';
import type { Level } from './level.js';
import { SERVER_COLUMNS, serverValue } from './server-columns.js';

interface Row {
  mode: string;
  kind: Curve['kind'];
  level: Level;
}

const COLUMNS: readonly CsvColumn<Row>[] = [
  ['endpoint', ({ mode }) => mode],
  // A text, because a load is not rounded.
  ['load', ({ level }) => String(level.load)],
  ['kind', ({ kind }) => kind],
  ['kept', ({ level }) => level.verdict?.kept],
  ['clear', ({ level }) => level.verdict?.clear],
  ['requests_per_s', ({ level }) => level.report.requestsPerSecond],
  ['output_tokens_per_s', ({ level }) => level.report.outputTokensPerSecond],
  ['goodput_per_s', ({ level }) => level.report.goodput?.perSecond],
  ['completed', ({ level }) => level.report.completed],
  ['failed', ({ level }) => level.report.failed],
  ['ttft_p50_ms', ({ level }) => level.report.latency.ttft?.p50],
  ['ttft_p95_ms', ({ level }) => level.report.latency.ttft?.p95],
  ['ttft_p99_ms', ({ level }) => level.report.latency.ttft?.p99],
  ['tpot_p50_ms', ({ level }) => level.report.latency.tpot?.p50],
  ['e2e_p50_ms', ({ level }) => level.report.latency.e2e?.p50],
  ['e2e_p95_ms', ({ level }) => level.report.latency.e2e?.p95],
  ['max_in_flight', ({ level }) => level.maxInFlight],
  ['warmup_s', ({ level }) => level.warmupMs / 1000],
  ['steady', ({ level }) => level.steady],
  ...SERVER_COLUMNS.map(
    (column): CsvColumn<Row> => [`server_${column.name}`, ({ level }) => serverValue(column, level)],
  ),
];

/** Yields a line of names, and one for each load of each search. */
export function curvesCsv(runs: Iterable<{ mode: string; curve?: Curve | undefined }>): Generator<string> {
  return csvTable(COLUMNS, rowsOf(runs));
}

function* rowsOf(runs: Iterable<{ mode: string; curve?: Curve | undefined }>): Generator<Row> {
  for (const { mode, curve } of runs) {
    if (curve !== undefined) for (const level of curve.levels) yield { mode, kind: curve.kind, level };
  }
}
