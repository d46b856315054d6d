import { short } from '../figures/short.js';
import { summaryJson } from '../report/report-json.js';
import type { Judged } from './criteria.js';
import type { Found } from './find.js';
import type { Level } from './level.js';
import { levelServerJson } from './server-columns.js';

/** The results of several loads, the lowest load first. */
export interface Curve {
  readonly type: 'find' | 'sweep';
  readonly kind: 'rate' | 'concurrency';
  /** The unit of a load. */
  readonly of: 'requests' | 'conversations';
  readonly levels: readonly Level[];
  /** Undefined for a sweep. */
  readonly found: Found | undefined;
  /** The load whose requests the report has. */
  readonly shown: number;
}

/** Returns the range of the answer with 99 % confidence; null for an unknown bound. */
export function answerInterval({ levels, found }: Curve): { low: number | null; high: number | null } {
  const clear = levels.filter(({ verdict }) => verdict?.clear === true);
  const kept = clear.filter(({ verdict, load }) => verdict?.kept && load <= (found?.kept ?? 0));
  const missed = clear.filter(({ verdict, load }) => verdict?.kept === false && load > (found?.kept ?? 0));
  return { low: kept.at(-1)?.load ?? null, high: missed[0]?.load ?? null };
}

/** Returns the unit of a curve's loads. */
export function unitOf({ kind, of }: Pick<Curve, 'kind' | 'of'>): string {
  if (kind === 'rate') return `${of}/s`;
  return of === 'requests' ? 'at a time' : 'conversations at a time';
}

/** Converts the curve to JSON. */
export function curveJson(curve: Curve): Record<string, unknown> {
  const { type, kind, of, levels, found } = curve;
  const { low, high } = answerInterval(curve);
  return {
    type,
    load: kind,
    of,
    answer:
      found === undefined
        ? null
        : {
            kept: found.kept ?? null,
            missed: found.missed ?? null,
            kept_for_sure: low,
            missed_for_sure: high,
          },
    levels: levels.map(levelJson),
  };
}

function levelJson(level: Level): Record<string, unknown> {
  const { load, report, verdict, warnings } = level;
  const { goodput } = report;
  return {
    load,
    kept: verdict?.kept ?? null,
    clear: verdict?.clear ?? null,
    fell_behind: verdict?.fellBehind ?? null,
    took_s: short(level.tookMs / 1000),
    warmup_s: short(level.warmupMs / 1000),
    warmup_requests: level.warmupRequests,
    steady: level.steady,
    completed: report.completed,
    failed: report.failed,
    max_in_flight: level.maxInFlight,
    requests_per_s: short(report.requestsPerSecond),
    output_tokens_per_s: short(report.outputTokensPerSecond),
    goodput_per_s: goodput === undefined ? null : short(goodput.perSecond),
    goodput_share: goodput === undefined ? null : short(goodput.share),
    ttft_ms: summaryJson(report.latency.ttft),
    tpot_ms: summaryJson(report.latency.tpot),
    e2e_ms: summaryJson(report.latency.e2e),
    conditions: (verdict?.conditions ?? []).map(conditionJson),
    server: levelServerJson(level),
    warnings,
  };
}

function conditionJson({ text, verdict, kept, share, curve, of }: Judged): Record<string, unknown> {
  return {
    condition: text,
    kept,
    verdict,
    requests: of,
    share:
      share === undefined
        ? null
        : {
            value: short6(share.value),
            low: short6(share.low),
            high: short6(share.high),
            curve: short6(curve ?? share.value),
          },
  };
}

const short6 = (value: number): number => Number(value.toFixed(6));
