import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { ExchangeRecord } from './exchange-record.js';

/** The simulator's counts since its start. */
export interface SimulatorStats {
  uptimeMs: number;
  /** Requests received. */
  requests: number;
  /** Chat completions being answered now, streamed or not. */
  streamsOpen: number;
  /** Output tokens sent so far. */
  tokensSent: number;
}

/** Counts requests and answers, and reports the counts. Times are in milliseconds. */
export interface Counters {
  onRequest(): void;
  /** Counts a running answer. Call the returned function when the answer has ended. */
  onAnswer(): () => void;
  onSent(tokens: number, lateMs: number): void;
  onExchange(exchange: ExchangeRecord): void;
  stats(): SimulatorStats;
  /** Returns the body of `GET /stats`. */
  report(): unknown;
  /** Returns the body of `GET /metrics`, in Prometheus' text format. */
  prometheus(): string;
}

const QUANTILES = [0.5, 0.95, 0.99] as const;
/** Limits the memory for names, which clients choose. */
const MAX_NAMES = 200;
const MAX_NAME_LENGTH = 100;

/**
 * Creates the simulator's counters, at zero.
 * @param now milliseconds on a monotonic clock
 */
export function createCounters(now: () => number): Counters {
  const startedMs = now();
  let requests = 0;
  let streamsOpen = 0;
  let tokensSent = 0;
  const statuses = new Map<string, number>();
  const models = new Map<string, number>();
  const faults = new Map<string, number>();
  const lateness = createHistogram();
  const durations = createHistogram();

  const count = (names: Map<string, number>, name: string): void => {
    const key = name.slice(0, MAX_NAME_LENGTH);
    if (names.has(key) || names.size < MAX_NAMES) names.set(key, (names.get(key) ?? 0) + 1);
  };
  const memory = (): number => process.memoryUsage.rss();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };

  return {
    onRequest() {
      requests += 1;
    },
    onAnswer() {
      streamsOpen += 1;
      return () => {
        streamsOpen -= 1;
      };
    },
    onSent(tokens, lateMs) {
      tokensSent += tokens;
      if (tokens > 0) record(lateness, lateMs);
    },
    onExchange({ status, model, fault, durationMs, completed }) {
      count(statuses, status === undefined ? 'none' : String(status));
      if (model !== undefined) count(models, model);
      if (fault !== undefined) count(faults, fault);
      if (model !== undefined && completed) record(durations, durationMs);
    },
    stats: () => ({ uptimeMs: now() - startedMs, requests, streamsOpen, tokensSent }),
    report: () => ({
      uptime_ms: Math.round(now() - startedMs),
      requests,
      streams_open: streamsOpen,
      tokens_sent: tokensSent,
      statuses: Object.fromEntries(statuses),
      models: Object.fromEntries(models),
      faults: Object.fromEntries(faults),
      duration_ms: quantiles(durations),
      // How long after their due time tokens were sent.
      late_ms: quantiles(lateness),
      cpu_s: cpuSeconds(),
      rss_bytes: memory(),
    }),
    prometheus: () =>
      [
        ...metric('requests_total', 'counter', 'Requests received', [['', requests]]),
        ...metric(
          'responses_total',
          'counter',
          'Finished exchanges, by status',
          labelled('status', statuses),
        ),
        ...metric('answers_total', 'counter', 'Chat completions, by model', labelled('model', models)),
        ...metric(
          'faults_total',
          'counter',
          'Answers with a fault, by name of the fault',
          labelled('fault', faults),
        ),
        ...metric('streams_open', 'gauge', 'Chat completions being answered', [['', streamsOpen]]),
        ...metric('tokens_sent_total', 'counter', 'Output tokens sent', [['', tokensSent]]),
        ...summary('answer_duration_seconds', 'Duration of complete answers', durations),
        ...summary('token_lateness_seconds', 'How late tokens were sent', lateness),
        ...metric('uptime_seconds', 'gauge', 'Time since the start', [['', (now() - startedMs) / 1000]]),
        '# HELP process_cpu_seconds_total CPU time used.',
        '# TYPE process_cpu_seconds_total counter',
        `process_cpu_seconds_total ${cpuSeconds()}`,
        '# HELP process_resident_memory_bytes Resident memory.',
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${memory()}`,
        '',
      ].join('\n'),
  };
}

/** Records microseconds, because histograms only accept whole numbers from 1. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

function quantiles(histogram: RecordableHistogram): Record<string, number> {
  const names = QUANTILES.map((share) => [`p${share * 100}`, quantile(histogram, share)] as const);
  return { count: histogram.count, ...Object.fromEntries(names) };
}

/** Returns milliseconds; 0 before the first value. */
function quantile(histogram: RecordableHistogram, share: number): number {
  return histogram.count === 0 ? 0 : histogram.percentile(share * 100) / 1000;
}

type Sample = readonly [labels: string, value: number];

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string[] {
  const full = `vastar_simulator_${name}`;
  return [
    `# HELP ${full} ${help}.`,
    `# TYPE ${full} ${type}`,
    ...samples.map(([labels, value]) => `${full}${labels} ${value}`),
  ];
}

function labelled(label: string, values: ReadonlyMap<string, number>): Sample[] {
  return [...values].map(([name, value]) => {
    const escaped = name.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
    return [`{${label}="${escaped}"}`, value];
  });
}

function summary(name: string, help: string, histogram: RecordableHistogram): string[] {
  const mean = histogram.count === 0 ? 0 : histogram.mean;
  return [
    ...metric(
      name,
      'summary',
      help,
      QUANTILES.map((share) => [`{quantile="${share}"}`, quantile(histogram, share) / 1000]),
    ),
    `vastar_simulator_${name}_sum ${(mean * histogram.count) / 1e6}`,
    `vastar_simulator_${name}_count ${histogram.count}`,
  ];
}
