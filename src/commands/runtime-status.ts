import type { DaemonInfo } from '../sdk/index.js';

/** What `runtime status` knows. */
export interface StatusView {
  address: string;
  /** Undefined: nothing answers. */
  info: DaemonInfo | undefined;
  pid: number | undefined;
}

/** The status for programs. Names are fixed; more may be added. */
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
    })),
  };
}

/** The status for people. */
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
  if (health.origins.length === 0) return lines.join('\n');
  const rows = [
    ['origin', 'open', 'busy', 'queued', 'circuit'],
    ...health.origins.map((origin) => [
      origin.origin,
      String(origin.poolOpen),
      String(origin.poolBusy),
      String(origin.poolQueued),
      origin.circuit,
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column > 0 && column < 4 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [...lines, '', ...rows.map(cells)].join('\n');
}

/** Two units at most, e.g. `3 m 2 s`. */
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
