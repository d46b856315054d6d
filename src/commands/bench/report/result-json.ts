import type { CheckResult } from '../../../loadtest/conditions/check.js';
import { short } from '../../../loadtest/figures/short.js';
import type { Trim } from '../../../loadtest/figures/steady-part.js';
import type { Tally } from '../../../loadtest/figures/tally.js';
import { promptTokensPerSecond } from '../../../loadtest/figures/throughput.js';
import { tokensJson } from '../../../loadtest/figures/tokens.js';
import { instrumentWarnings } from '../../../loadtest/load/instrument.js';
import { histogramsJson, reportJson, samplesJson, turnsJson } from '../../../loadtest/report/report-json.js';
import { requestsJson } from '../../../loadtest/report/requests-json.js';
import { curveJson } from '../../../loadtest/search/curve.js';
import { serverJson } from '../../../loadtest/server-metrics/report.js';
import type { Conversations } from '../send.js';
import type { Setup } from '../setup.js';
import { type Attempts, attemptsOf, type EndpointRun, meanInFlightOf } from './endpoint-run.js';

/** Converts the result to JSON. Names are stable; new ones may be added. */
export function resultJson(
  runs: readonly EndpointRun[],
  setup: Setup,
  startedAt: Date,
  interrupted: boolean,
): Record<string, unknown> {
  return {
    version: 1,
    started_at: startedAt.toISOString(),
    interrupted,
    load: setup.json,
    runs: runs.map((run) => runJson(run, setup.hasTurns)),
  };
}

function runJson(run: EndpointRun, hasTurns: boolean): Record<string, unknown> {
  const { mode, model, url, report, tally, checks, slo, maxInFlight, unsent } = run;
  const promptRate = promptTokensPerSecond(run.tokens, report.durationMs);
  return {
    mode,
    model,
    url,
    started_at: run.startedAt.toISOString(),
    ...reportJson(report),
    tokens: tokensJson(run.tokens),
    prompt_tokens_per_s: promptRate === undefined ? null : short(promptRate),
    attempts: attemptsJson(attemptsOf(tally)),
    max_in_flight: maxInFlight,
    mean_in_flight: short(meanInFlightOf(run)),
    unsent,
    stopped: run.stopped === undefined ? null : { ...run.stopped, ms: short(run.stopped.ms) },
    marks_ms: run.marksMs.map(short),
    conversations: hasTurns ? conversationsJson(run.conversations) : null,
    turns: hasTurns ? turnsJson(run.turns) : null,
    instrument: instrumentJson(run),
    server_metrics: run.server === undefined ? null : serverJson(run.server, run.startedAt.getTime()),
    warmup: run.trim === undefined ? null : trimJson(run.trim, run.excluded),
    curve: run.curve === undefined ? null : curveJson(run.curve),
    slo: slo.map(resultOf),
    checks: checks.map(resultOf),
    samples: samplesJson(tally),
    histograms: histogramsJson(tally),
    requests: requestsJson(tally),
  };
}

function trimJson(
  { fromMs, toMs, before, after, steady }: Trim,
  excluded: Tally | undefined,
): Record<string, unknown> {
  return {
    ...{ method: 'mser-5', from_ms: short(fromMs), to_ms: short(toMs), before, after, steady },
    // `bench merge` looks for the warm-up in the requests of all reports.
    excluded: excluded === undefined ? null : requestsJson(excluded),
  };
}

function conversationsJson({ begun, complete, brokenOff }: Conversations): Record<string, number> {
  return { begun, complete, broken_off: brokenOff };
}

function resultOf({ check, value, passed }: CheckResult): Record<string, unknown> {
  return { check, value: value ?? null, passed };
}

function instrumentJson({ instrument, workers, report }: EndpointRun): Record<string, unknown> {
  const { eventLoopDelayMs, eventLoopUtilization, cpu, cores, sendLatenessMs, daemonDelayMs } = instrument;
  return {
    workers,
    event_loop_delay_ms: rounded({ ...eventLoopDelayMs }),
    event_loop_utilization: short(eventLoopUtilization),
    cpu_cores_used: short(cpu),
    cpu_cores: cores,
    send_lateness_ms: sendLatenessMs === undefined ? null : rounded(sendLatenessMs),
    daemon_delay_ms: daemonDelayMs === undefined ? null : rounded({ ...daemonDelayMs }),
    warnings: instrumentWarnings(instrument, report),
  };
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, short(value)]));
}

function attemptsJson({ total, retried, retriesMs, replaced }: Attempts): Record<string, number> {
  return { total, retried_requests: retried, retries_ms: short(retriesMs), replaced };
}
