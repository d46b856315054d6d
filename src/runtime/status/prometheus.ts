import type { HealthResponse, LimitStatus, TenantStatus } from '../../protocol/health.js';
import { BUCKETS, type Distribution, type Series, type Statistics } from './statistics.js';

/** Figures of the daemon's process and its clients. */
export interface ProcessFigures {
  cpuSeconds: number;
  rssBytes: number;
  /** Unix time of the start. */
  startSeconds: number;
  /** Clients that are connected. */
  clients: number;
}

/**
 * Returns the daemon's figures in Prometheus' text format.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText(
  health: HealthResponse,
  statistics: Statistics,
  processFigures: ProcessFigures,
): string {
  const byPair = (of: (tenant: TenantStatus) => number): Series[] =>
    health.origins.flatMap(({ origin, tenants }) =>
      tenants.map((one) => ({ labels: { tenant: one.tenant, origin }, value: of(one) })),
    );
  const byTenant = (of: (limit: LimitStatus) => number): Series[] =>
    health.limits.map((one) => ({ labels: { tenant: one.tenant }, value: of(one) }));
  return [
    single('vastar_up', 'gauge', 'Whether the daemon accepts requests.', health.healthy ? 1 : 0),
    series('vastar_build_info', 'gauge', 'The version of the daemon.', [
      { labels: { version: health.version }, value: 1 },
    ]),
    single('vastar_client_connections', 'gauge', 'Connected clients.', processFigures.clients),
    single('vastar_uptime_seconds', 'gauge', 'Time since the start.', health.uptimeMs / 1000),
    single('vastar_requests_in_flight', 'gauge', 'Running exchanges.', health.activeRequests),
    single('vastar_streams_in_flight', 'gauge', 'Running streams.', health.streamsOpen),
    series('vastar_requests_total', 'counter', 'Exchanges that have ended.', statistics.requests),
    series(
      'vastar_retries_total',
      'counter',
      'Attempts after the first one of an exchange.',
      statistics.retries,
    ),
    series('vastar_stream_bytes_total', 'counter', 'Body bytes received from providers.', statistics.bytes),
    histogram('vastar_time_to_first_byte_seconds', 'Time until the response headers.', statistics.firstByte),
    histogram(
      'vastar_request_duration_seconds',
      'Time until the last byte or the failure.',
      statistics.duration,
    ),
    series(
      'vastar_pool_connections',
      'gauge',
      'Open connections.',
      byPair((one) => one.poolOpen),
    ),
    series(
      'vastar_pool_busy',
      'gauge',
      'Running requests. HTTP/2 connections can carry several.',
      byPair((one) => one.poolBusy),
    ),
    series(
      'vastar_pool_queued',
      'gauge',
      'Requests that wait for a connection.',
      byPair((one) => one.poolQueued),
    ),
    series(
      'vastar_connections_replaced_total',
      'counter',
      'Dead connections that were replaced.',
      byPair((one) => one.replacedTotal),
    ),
    series(
      'vastar_circuit_open',
      'gauge',
      'Whether the circuit is open, so that requests fail at once.',
      byPair((one) => (one.circuit === 'open' ? 1 : 0)),
    ),
    series(
      'vastar_retry_budget',
      'gauge',
      'Retries that the budget allows now.',
      byPair((one) => one.retryBudget),
    ),
    series(
      'vastar_tenant_waiting',
      'gauge',
      'Requests that wait for a free slot.',
      byTenant((one) => one.waiting),
    ),
    series(
      'vastar_tenant_refused_total',
      'counter',
      'Requests refused by a limit.',
      byTenant((one) => one.refusedTotal),
    ),
    single('process_start_time_seconds', 'gauge', 'Unix time of the start.', processFigures.startSeconds),
    single('process_cpu_seconds_total', 'counter', 'CPU time used.', processFigures.cpuSeconds),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', processFigures.rssBytes),
  ].join('');
}

function head(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function single(name: string, type: string, help: string, value: number): string {
  return `${head(name, type, help)}${name} ${value}\n`;
}

function series(name: string, type: string, help: string, all: Iterable<Series>): string {
  const lines = [...all].map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
  return head(name, type, help) + lines.join('');
}

function histogram(name: string, help: string, all: Iterable<Distribution>): string {
  const lines = [...all].flatMap(({ labels, counts, sumSeconds }) => {
    let below = 0;
    const buckets = counts.map((count, index) => {
      below += count;
      const le = String(BUCKETS[index] ?? '+Inf');
      return `${name}_bucket${labelText({ ...labels, le })} ${below}\n`;
    });
    const tail = `${name}_sum${labelText(labels)} ${sumSeconds}\n${name}_count${labelText(labels)} ${below}\n`;
    return [...buckets, tail];
  });
  return head(name, 'histogram', help) + lines.join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}
