import { expect, test } from 'vitest';
import { createProviderReport } from '../../src/metrics/provider-report.js';
import type { RateLimit } from '../../src/protocol/rate-limits.js';
import sources from '../fixtures/provider-times/sources.json' with { type: 'json' };

interface Source {
  name: string;
  headers?: Record<string, string>;
  event?: Record<string, unknown>;
  times: unknown[][];
  requestId?: string;
  region?: Record<string, string>;
  rateLimits?: RateLimit[];
  refused?: string[];
  cost?: { usd: number; source: string };
}

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each(sources as Source[])('the report contains the times and limits of $name', (source) => {
  const report = createProviderReport(source.headers ?? {}, NOW);
  if (source.event !== undefined) report.event(source.event);
  const { times, requestId, region, rateLimits, refused, cost } = report.summary();
  expect(times.map(({ part, ms, source: from }) => [part, Math.round(ms * 1000) / 1000, from])).toEqual(
    source.times,
  );
  expect({ requestId, region, rateLimits, refused, cost }).toEqual({
    cost: source.cost,
    requestId: source.requestId,
    region: source.region ?? {},
    rateLimits: source.rateLimits ?? [],
    refused: source.refused ?? [],
  });
});

test('a later event replaces the time that an earlier one reported', () => {
  const report = createProviderReport({}, NOW);
  report.event({ timings: { prompt_ms: 5 } });
  report.event({ timings: { prompt_ms: 7 } });
  expect(report.summary().times).toEqual([{ part: 'prompt', ms: 7, source: 'timings.prompt_ms' }]);
});
