import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Ending } from '../clients/answer.js';
import { pairKey } from '../policy/per-origin.js';

type Operation = 'request' | 'stream';

/** The result of an exchange. */
export interface ExchangeResult {
  outcome: Ending['outcome'];
  errorClass: string | undefined;
  statusCode: number | undefined;
  bytes: number;
  durationUs: number;
  firstByteUs: number | undefined;
  /** Dead connections that were replaced. */
  replaced: number;
  /** Attempts after the first one. */
  retries: number;
}

/** Percentiles of the time to first byte, in µs, over the last one to two minutes; 0 without exchanges. */
interface Latency {
  p50Us: number;
  p95Us: number;
  p99Us: number;
}

/** Figures of one tenant's exchanges with one origin. */
export interface Figures {
  readonly tenantId: string;
  readonly origin: string;
  /** Exchanges that run now. */
  readonly running: Readonly<Record<Operation, number>>;
  /** Exchanges that have ended. */
  readonly total: number;
  readonly failed: number;
  readonly replaced: number;
  latency(): Latency;
}

/** A counter with its labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** The buckets' upper bounds in seconds: those of Prometheus' clients, and longer ones because answers take minutes. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** A histogram with its labels. The last count is for values above all buckets. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sumSeconds: number;
}

export interface Statistics {
  /**
   * Records the start of an exchange.
   * @returns a function to call once, with the exchange's result
   */
  begin(tenantId: string, origin: string, operation: Operation): (result: ExchangeResult) => void;
  figures(): readonly Figures[];
  readonly requests: Iterable<Series>;
  readonly retries: Iterable<Series>;
  readonly bytes: Iterable<Series>;
  readonly firstByte: Iterable<Distribution>;
  readonly duration: Iterable<Distribution>;
}

/** Clients choose both names, so pairs of tenant and origin above this number are counted together. */
const MAX_PAIRS = 100;
const OTHERS = 'others';
const WINDOW_MS = 60_000;

/**
 * Counts exchanges by tenant and origin.
 * @param nowMs a monotonic clock
 */
export function createStatistics(nowMs: () => number = () => performance.now()): Statistics {
  const pairs = new Map<string, Pair>();
  const kinds: Kind[] = [];

  const pairOf = (tenantId: string, origin: string): Pair => {
    const key = pairKey(tenantId, origin);
    const known = pairs.get(key);
    if (known !== undefined) return known;
    // The pair of all others may exceed the limit. Recognise it by its origin, because a tenant can be named "others".
    if (pairs.size >= MAX_PAIRS && origin !== OTHERS) return pairOf(OTHERS, OTHERS);
    const made = createPair(tenantId, origin, nowMs);
    pairs.set(key, made);
    return made;
  };
  const kindOf = (pair: Pair, operation: Operation): Kind => {
    const known = pair.kinds[operation];
    if (known !== undefined) return known;
    const made = createKind({ tenant: pair.tenantId, origin: pair.origin, operation });
    pair.kinds[operation] = made;
    kinds.push(made);
    return made;
  };

  return {
    begin(tenantId, origin, operation) {
      const pair = pairOf(tenantId, origin);
      const kind = kindOf(pair, operation);
      pair.running[operation] += 1;
      return (result) => {
        pair.running[operation] -= 1;
        pair.record(result);
        kind.record(result);
      };
    },
    figures: () => [...pairs.values()],
    requests: each(() => kinds.flatMap((kind) => [...kind.requests.values()])),
    retries: each(() => kinds.map((kind) => kind.retries)),
    bytes: each(() => kinds.map((kind) => kind.bytes)),
    firstByte: each(() => kinds.map((kind) => kind.firstByte)),
    duration: each(() => kinds.map((kind) => kind.duration)),
  };
}

interface Pair extends Figures {
  readonly running: Record<Operation, number>;
  readonly kinds: Partial<Record<Operation, Kind>>;
  record(result: ExchangeResult): void;
}

function createPair(tenantId: string, origin: string, nowMs: () => number): Pair {
  let total = 0;
  let failed = 0;
  let replaced = 0;
  let startedMs = nowMs();
  let current = newHistogram();
  let previous = newHistogram();

  const rotate = (): void => {
    const windows = Math.floor((nowMs() - startedMs) / WINDOW_MS);
    if (windows === 0) return;
    previous = windows === 1 ? current : newHistogram();
    current = newHistogram();
    startedMs += windows * WINDOW_MS;
  };
  return {
    tenantId,
    origin,
    running: { request: 0, stream: 0 },
    kinds: {},
    get total() {
      return total;
    },
    get failed() {
      return failed;
    },
    get replaced() {
      return replaced;
    },
    record({ outcome, firstByteUs, ...ended }) {
      rotate();
      total += 1;
      replaced += ended.replaced;
      if (outcome === 'failed') failed += 1;
      if (firstByteUs !== undefined) current.record(Math.max(1, Math.min(firstByteUs, MAX_US)));
    },
    latency() {
      rotate();
      if (previous.count + current.count === 0) return { p50Us: 0, p95Us: 0, p99Us: 0 };
      const both = newHistogram();
      both.add(previous);
      both.add(current);
      return { p50Us: both.percentile(50), p95Us: both.percentile(95), p99Us: both.percentile(99) };
    },
  };
}

const MAX_US = 3_600_000_000;

function newHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: MAX_US, figures: 2 });
}

/** The counters of one tenant, origin and operation. */
interface Kind {
  readonly requests: ReadonlyMap<string, Series>;
  readonly retries: Series;
  readonly bytes: Series;
  readonly firstByte: Distribution;
  readonly duration: Distribution;
  record(result: ExchangeResult): void;
}

function createKind(labels: Readonly<Record<string, string>>): Kind {
  const requests = new Map<string, Series>();
  const retries: Series = { labels, value: 0 };
  const bytes: Series = { labels, value: 0 };
  const firstByte = newDistribution(labels);
  const duration = newDistribution(labels);

  const requestsOf = ({ outcome, errorClass = '', statusCode }: ExchangeResult): Series => {
    const status = statusCode === undefined ? '' : `${Math.floor(statusCode / 100)}xx`;
    const key = `${outcome} ${errorClass} ${status}`;
    const known = requests.get(key);
    if (known !== undefined) return known;
    const made = { labels: { ...labels, outcome, error_class: errorClass, status }, value: 0 };
    requests.set(key, made);
    return made;
  };

  return {
    requests,
    retries,
    bytes,
    firstByte,
    duration,
    record(result) {
      requestsOf(result).value += 1;
      retries.value += result.retries;
      bytes.value += result.bytes;
      observe(duration, result.durationUs);
      if (result.firstByteUs !== undefined) observe(firstByte, result.firstByteUs);
    },
  };
}

function newDistribution(labels: Readonly<Record<string, string>>): Distribution {
  return { labels, counts: Array.from({ length: BUCKETS.length + 1 }, () => 0), sumSeconds: 0 };
}

function observe(distribution: Distribution, us: number): void {
  const seconds = us / 1_000_000;
  const found = BUCKETS.findIndex((limit) => seconds <= limit);
  const bucket = found < 0 ? BUCKETS.length : found;
  distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
  distribution.sumSeconds += seconds;
}

/** Returns an iterable that calls `all` again for each iteration. */
function each<T>(all: () => Iterable<T>): Iterable<T> {
  return { [Symbol.iterator]: () => all()[Symbol.iterator]() };
}
