import { visible } from '../../config/problem.js';
import type { DaemonInfo, HealthResponse, TenantStatus } from '../../sdk/index.js';

/** The data that `runtime status` prints. */
export interface StatusView {
  address: string;
  /** Undefined when no daemon answers. */
  info: DaemonInfo | undefined;
  pid: number | undefined;
}

/** Returns the status for programs. Names are fixed; more may be added. */
export function statusJson({ address, info, pid }: StatusView): Record<string, unknown> {
  if (info === undefined) return { running: false, address };
  const common = { running: true, address, rtt_ms: Number(info.rttMs.toFixed(3)) };
  if (info.kind === 'foreign') return { ...common, streaming: false };
  const { health } = info;
  return {
    ...common,
    pid,
    streaming: true,
    healthy: health.healthy,
    message: health.message,
    version: health.version,
    capabilities: health.capabilities,
    uptime_ms: health.uptimeMs,
    active_requests: health.activeRequests,
    streams_open: health.streamsOpen,
    origins: health.origins.map((origin) => ({
      origin: origin.origin,
      pool_open: origin.poolOpen,
      pool_busy: origin.poolBusy,
      pool_queued: origin.poolQueued,
      circuit: origin.circuit,
      circuit_retry_at_ms: origin.circuitRetryAtMs,
      retry_budget: origin.retryBudget,
      tenants: origin.tenants.map((tenant) => ({
        tenant: tenant.tenant,
        requests_total: tenant.requestsTotal,
        failures_total: tenant.failuresTotal,
        replaced_total: tenant.replacedTotal,
        first_byte_p50_us: tenant.firstByteP50Us,
        first_byte_p95_us: tenant.firstByteP95Us,
        first_byte_p99_us: tenant.firstByteP99Us,
        running: tenant.running,
        streams: tenant.streams,
        pool_open: tenant.poolOpen,
        pool_busy: tenant.poolBusy,
        pool_queued: tenant.poolQueued,
        protocol: tenant.protocol,
        circuit: tenant.circuit,
        circuit_retry_at_ms: tenant.circuitRetryAtMs,
        retry_budget: tenant.retryBudget,
      })),
    })),
    limits: health.limits.map((limit) => ({
      tenant: limit.tenant,
      running: limit.running,
      waiting: limit.waiting,
      refused_total: limit.refusedTotal,
      concurrent: limit.concurrent,
      queued: limit.queued,
      requests_per_second: limit.requestsPerSecond,
      bytes_per_second: limit.bytesPerSecond,
    })),
  };
}

/** Returns the status as a table. */
export function statusTable({ address, info, pid }: StatusView): string {
  if (info === undefined) return `no daemon is running at ${address}`;
  const rtt = `answers in ${info.rttMs.toFixed(1)} ms`;
  if (info.kind === 'foreign') return `a daemon without streaming at ${address}   ${rtt}`;
  const { health } = info;
  const lines = [
    `daemon ${health.version} at ${address}   ${health.message === 'ok' ? 'running' : health.message}   ${rtt}`,
    `process ${pid ?? 'unknown'}   up ${durationText(health.uptimeMs)}   ` +
      `requests ${health.activeRequests - health.streamsOpen}   streams ${health.streamsOpen}`,
  ];
  const tables = [poolTable(health), exchangeTable(health), limitTable(health)];
  return [...lines, ...tables.filter((rows) => rows.length > 1).flatMap((rows) => ['', columns(rows)])].join(
    '\n',
  );
}

type Rows = ReadonlyArray<readonly string[]>;

/** Returns a row for each tenant at each origin. Names come from clients, so their control characters are removed. */
function pairRows(health: HealthResponse, cells: (tenant: TenantStatus) => readonly string[]): Rows {
  return health.origins.flatMap(({ origin, tenants }) =>
    tenants.map((one) => [visible(one.tenant), visible(origin), ...cells(one)]),
  );
}

function poolTable(health: HealthResponse): Rows {
  return [
    ['tenant', 'origin', 'open', 'busy', 'queued', 'speaks', 'circuit', 'retries left'],
    ...pairRows(health, (one) => [
      String(one.poolOpen),
      String(one.poolBusy),
      String(one.poolQueued),
      one.protocol,
      circuitText(one),
      String(one.retryBudget),
    ]),
  ];
}

function exchangeTable(health: HealthResponse): Rows {
  return [
    ['tenant', 'origin', 'running', 'streams', 'ended', 'failed', 'ttfb p50', 'p95', 'p99'],
    ...pairRows(health, (one) => [
      String(one.running),
      String(one.streams),
      String(one.requestsTotal),
      String(one.failuresTotal),
      ...[one.firstByteP50Us, one.firstByteP95Us, one.firstByteP99Us].map(msText),
    ]),
  ];
}

function limitTable({ limits }: HealthResponse): Rows {
  const text = (limit: number): string => (limit === 0 ? '' : String(limit));
  return [
    ['tenant', 'running', 'of', 'waiting', 'of', 'refused', 'requests/s', 'bytes/s'],
    ...limits.map((one) => [
      visible(one.tenant),
      String(one.running),
      text(one.concurrent),
      String(one.waiting),
      String(one.queued),
      String(one.refusedTotal),
      text(one.requestsPerSecond),
      text(one.bytesPerSecond),
    ]),
  ];
}

/** Returns the rows as aligned lines. Figures are right-aligned. */
function columns(rows: Rows): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const figures = widths.map((_, index) =>
    rows.slice(1).every((row) => /^[\d.]* ?(ms|s)?$/.test(row[index] ?? '')),
  );
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, index) =>
        figures[index] === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(cells).join('\n');
}

function circuitText({ circuit, circuitRetryAtMs }: TenantStatus): string {
  if (circuit !== 'open') return circuit;
  return `open, next probe in ${durationText(Math.max(0, circuitRetryAtMs - Date.now()))}`;
}

function msText(us: number): string {
  if (us === 0) return '';
  return us < 9_950 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1000).toFixed(0)} ms`;
}

/** Returns a duration in at most two units, e.g. `3 m 2 s`. */
function durationText(ms: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const;
  let left = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [name, seconds] of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if ((count > 0 || parts.length > 0 || name === 's') && parts.length < 2) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}
