import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Ending } from './answer.js';

/** One exchange that has ended. */
export interface ExchangeRecord {
  tenantId: string;
  origin: string;
  operation: 'request' | 'stream';
  outcome: Ending['outcome'];
  errorClass: string | undefined;
  statusCode: number | undefined;
  bytes: number;
  durationUs: number;
  firstByteUs: number | undefined;
}

/** Percentiles of the time to first byte, in µs, over the last one to two minutes; 0 of none. */
export interface Latency {
  p50Us: number;
  p95Us: number;
  p99Us: number;
}

/** What one tenant's exchanges with one origin came to. */
export interface Figures {
  readonly tenantId: string;
  readonly origin: string;
  readonly total: number;
  readonly failed: number;
  latency(): Latency;
}

/** Counts of one set of labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** Seconds up to which each bucket counts, as Prometheus' clients have them, and longer: answers take minutes. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** A histogram of one set of labels: counts by bucket, the last one for all beyond. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sumSeconds: number;
}

export interface Statistics {
  record(exchange: ExchangeRecord): void;
  figures(): readonly Figures[];
  readonly requests: Iterable<Series>;
  readonly bytes: Iterable<Series>;
  readonly firstByte: Iterable<Distribution>;
  readonly duration: Iterable<Distribution>;
}

/** Beyond so many, pairs of tenant and origin are counted as one: a client chooses both names. */
const MAX_PAIRS = 100;
const OTHERS = 'others';
const WINDOW_MS = 60_000;

/**
 * Counts exchanges by tenant and origin.
 * @param nowMs a monotonic clock
 */
export function createStatistics(nowMs: () => number = () => performance.now()): Statistics {
  const pairs = new Map<string, Pair>();

  const pairOf = (tenantId: string, origin: string): Pair => {
    const key = `${tenantId}\n${origin}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    if (pairs.size >= MAX_PAIRS && tenantId !== OTHERS) return pairOf(OTHERS, OTHERS);
    const made = createPair(tenantId, origin, nowMs);
    pairs.set(key, made);
    return made;
  };
  const tallies = function* (): Iterable<Tally> {
    for (const pair of pairs.values()) yield* pair.tallies.values();
  };

  return {
    record(exchange) {
      const pair = pairOf(exchange.tenantId, exchange.origin);
      pair.record(exchange);
      count(tallyOf(pair, exchange.operation), exchange);
    },
    figures: () => [...pairs.values()],
    requests: each(function* () {
      for (const { requests } of tallies()) yield* requests.values();
    }),
    bytes: each(function* () {
      for (const { bytes } of tallies()) yield bytes;
    }),
    firstByte: each(function* () {
      for (const { firstByte } of tallies()) if (firstByte !== undefined) yield firstByte;
    }),
    duration: each(function* () {
      for (const { duration } of tallies()) yield duration;
    }),
  };
}

/** What can be iterated again and again. */
function each<T>(walk: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: walk };
}

/** What one pair's exchanges of one operation came to, as Prometheus is told. */
interface Tally {
  readonly labels: Labels;
  readonly requests: Map<string, Series>;
  readonly bytes: Series;
  firstByte?: Distribution;
  readonly duration: Distribution;
}

function tallyOf({ tenantId, origin, tallies }: Pair, operation: ExchangeRecord['operation']): Tally {
  const known = tallies.get(operation);
  if (known !== undefined) return known;
  const labels = { tenant: tenantId, origin, operation };
  const made = {
    labels,
    requests: new Map(),
    bytes: { labels, value: 0 },
    duration: emptyDistribution(labels),
  };
  tallies.set(operation, made);
  return made;
}

function count(tally: Tally, exchange: ExchangeRecord): void {
  const { labels, requests } = tally;
  const { outcome, errorClass = '', statusCode } = exchange;
  const status = statusCode === undefined ? '' : `${Math.floor(statusCode / 100)}xx`;
  const key = `${outcome} ${errorClass} ${status}`;
  let series = requests.get(key);
  if (series === undefined) {
    series = { labels: { ...labels, outcome, error_class: errorClass, status }, value: 0 };
    requests.set(key, series);
  }
  series.value += 1;
  tally.bytes.value += exchange.bytes;
  observe(tally.duration, exchange.durationUs);
  if (exchange.firstByteUs === undefined) return;
  tally.firstByte ??= emptyDistribution(labels);
  observe(tally.firstByte, exchange.firstByteUs);
}

interface Pair extends Figures {
  readonly tallies: Map<ExchangeRecord['operation'], Tally>;
  record(exchange: ExchangeRecord): void;
}

function createPair(tenantId: string, origin: string, nowMs: () => number): Pair {
  let total = 0;
  let failed = 0;
  let startedMs = nowMs();
  let current = newHistogram();
  let previous = newHistogram();

  const turn = (): void => {
    const windows = Math.floor((nowMs() - startedMs) / WINDOW_MS);
    if (windows === 0) return;
    previous = windows === 1 ? current : newHistogram();
    current = newHistogram();
    startedMs += windows * WINDOW_MS;
  };
  return {
    tenantId,
    origin,
    tallies: new Map(),
    get total() {
      return total;
    },
    get failed() {
      return failed;
    },
    record({ outcome, firstByteUs }) {
      turn();
      total += 1;
      if (outcome === 'failed') failed += 1;
      if (firstByteUs !== undefined) current.record(Math.max(1, Math.min(firstByteUs, MAX_US)));
    },
    latency() {
      turn();
      const both = newHistogram();
      both.add(previous);
      both.add(current);
      if (both.count === 0) return { p50Us: 0, p95Us: 0, p99Us: 0 };
      return { p50Us: both.percentile(50), p95Us: both.percentile(95), p99Us: both.percentile(99) };
    },
  };
}

const MAX_US = 3_600_000_000;

function newHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: MAX_US, figures: 2 });
}

type Labels = Readonly<Record<string, string>>;

function emptyDistribution(labels: Labels): Distribution {
  return { labels, counts: Array.from({ length: BUCKETS.length + 1 }, () => 0), sumSeconds: 0 };
}

function observe(distribution: Distribution, us: number): void {
  const seconds = us / 1_000_000;
  const found = BUCKETS.findIndex((limit) => seconds <= limit);
  const bucket = found < 0 ? BUCKETS.length : found;
  distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
  distribution.sumSeconds += seconds;
}
