import { isRecord, type JsonRecord, recordsOf } from '../../../common/json.js';

/** With more requests, a page would take a browser's whole memory. */
export const MOST_REQUESTS = 500_000;

/** Returns the data of a page: the runs of a report as JSON without what the page does not use. */
export function pageRuns(runs: unknown): JsonRecord[] {
  return recordsOf(runs).map(({ samples: _, requests, server_metrics, warmup, ...rest }) => ({
    ...rest,
    requests: hasCharts(rest) ? requests : {},
    warmup: isRecord(warmup) ? { ...warmup, excluded: null } : warmup,
    server_metrics: isRecord(server_metrics) ? { ...server_metrics, series: {} } : server_metrics,
  }));
}

/** Whether the page has the charts of single requests. */
export function hasCharts({ completed, failed }: { completed?: unknown; failed?: unknown }): boolean {
  return Number(completed) + Number(failed) <= MOST_REQUESTS;
}
