import type { Tally } from '../figures/tally.js';
import { type Latency, type Sample, withheldOf } from '../samples/sample.js';
import { type CsvColumn, csvTable } from './csv-table.js';

interface Row {
  mode: string;
  sample: Sample;
  /** Empty for a failed request. */
  latency: Latency;
}

const COLUMNS: readonly CsvColumn<Row>[] = [
  ['mode', ({ mode }) => mode],
  ['index', ({ sample }) => sample.index],
  ['outcome', ({ sample }) => sample.outcome],
  ['error', ({ sample }) => (sample.outcome === 'failed' ? sample.errorClass : undefined)],
  ['intended_ms', ({ sample }) => sample.intendedMs],
  ['lag_ms', ({ sample }) => sample.lagMs],
  ['end_ms', ({ sample }) => sample.endMs],
  ['ttft_ms', ({ latency }) => latency.ttft],
  ['tpot_ms', ({ latency }) => latency.tpot],
  ['e2e_ms', ({ latency }) => latency.e2e],
  ['output_tokens', ({ sample }) => (sample.outcome === 'complete' ? sample.outputTokens : undefined)],
  ['tpot_withheld', ({ sample }) => (sample.outcome === 'complete' ? withheldOf(sample) : undefined)],
  ['attempts', ({ sample }) => sample.attempts],
  ['retries_ms', ({ sample }) => sample.retriesMs],
  ['replaced', ({ sample }) => sample.replaced],
  ['turn', ({ sample }) => sample.turn],
  ['prompt_tokens', ({ sample }) => (sample.outcome === 'complete' ? sample.promptTokens : undefined)],
  ['cached_tokens', ({ sample }) => (sample.outcome === 'complete' ? sample.cachedTokens : undefined)],
  ['malformed_events', ({ sample }) => sample.malformedEvents ?? 0],
];

/** Yields a line of names, and one for each request, in the order of their ends. Figures are as in the report. */
export function requestsCsv(runs: Iterable<{ mode: string; tally: Tally }>): Generator<string> {
  return csvTable(COLUMNS, rowsOf(runs));
}

function* rowsOf(runs: Iterable<{ mode: string; tally: Tally }>): Generator<Row> {
  for (const { mode, tally } of runs) {
    for (const sample of tally.samples)
      yield { mode, sample, latency: sample.outcome === 'complete' ? tally.latencyOf(sample) : {} };
  }
}
