import type { CheckResult } from '../../../loadtest/conditions/check.js';
import type { Trim } from '../../../loadtest/figures/steady-part.js';
import type { Report, Tally } from '../../../loadtest/figures/tally.js';
import { meanInFlight } from '../../../loadtest/figures/throughput.js';
import type { TokenFigures } from '../../../loadtest/figures/tokens.js';
import type { TurnFigures } from '../../../loadtest/figures/turns.js';
import type { Curve } from '../../../loadtest/search/curve.js';
import type { ServerRecord } from '../../../loadtest/server-metrics/record.js';
import type { Measured } from '../measure.js';
import type { Stopped } from '../send.js';

/** The figures of the requests of one endpoint's test. */
export interface Figures {
  tally: Tally;
  report: Report;
  tokens: TokenFigures;
  /** Empty for a test of single requests. */
  turns: readonly TurnFigures[];
  checks: readonly CheckResult[];
  /** The conditions of `--slo` on the whole run. */
  slo: readonly CheckResult[];
  /** The requests that `--warmup auto` excluded. */
  trim?: Trim;
  excluded?: Tally;
}

/** The end of a test that the user stopped. */
export interface StoppedTest extends Stopped {
  /** `start`: before the first request that counts. */
  readonly during: 'start' | 'test';
}

/** The result of one endpoint's test. */
export interface EndpointRun extends Figures, Omit<Measured, 'durationMs' | 'tally' | 'stopped'> {
  mode: string;
  model: string;
  url: string;
  /** The server's metrics (`--server-metrics`). */
  server?: ServerRecord;
  /** The figures of all loads of a search; the run is then that of the found load. */
  curve?: Curve;
  /** Set when the user stopped the test. */
  stopped?: StoppedTest;
}

/** Returns the mean number of requests in flight, with those that were running when the test was stopped. */
export function meanInFlightOf({ tally, report, stopped, trim }: EndpointRun): number {
  return meanInFlight(tally.samples, report.durationMs, trim === undefined ? stopped?.ms : undefined);
}

/** Counts of a run's attempts. */
export interface Attempts {
  readonly total: number;
  /** Number of requests that were sent more than once. */
  readonly retried: number;
  /** Time of failed attempts and the waits after them. */
  readonly retriesMs: number;
  /** Number of dead connections that were replaced by a new one. */
  readonly replaced: number;
}

export function attemptsOf({ samples }: Tally): Attempts {
  return {
    total: samples.reduce((sum, { attempts }) => sum + attempts, 0),
    retried: samples.filter(({ attempts }) => attempts > 1).length,
    retriesMs: samples.reduce((sum, { retriesMs }) => sum + retriesMs, 0),
    replaced: samples.reduce((sum, { replaced }) => sum + replaced, 0),
  };
}
