import type { Random } from '../../../src/common/random.js';
import { createTally } from '../../../src/loadtest/figures/tally.js';
import { histogramsJson, reportJson, samplesJson } from '../../../src/loadtest/report/report-json.js';
import { requestsJson } from '../../../src/loadtest/report/requests-json.js';

/** Text of a provider that must not become markup. */
export const HOSTILE_TEXT = '</script><img src=x onerror="document.title=1"><!--"\'&';

/**
 * A generated report of `bench --json` with this number of requests: 100 a second, log-normal times, every 50th a
 * failure.
 * @param deviate draws from the normal distribution
 */
export function madeReport(count: number, random: Random, deviate: () => number): Record<string, unknown> {
  const tally = createTally('open');
  let atMs = 0;
  const draw = (meanMs: number, sigma: number): number =>
    meanMs * Math.exp(sigma * deviate() - sigma ** 2 / 2);
  for (let index = 0; index < count; index += 1) {
    atMs += -Math.log(1 - random()) * 10;
    const hops = {
      queue: draw(0.4, 0.5),
      send: draw(0.1, 0.3),
      wait: draw(180, 0.4),
      first_token: draw(12, 0.6),
      decode: 0.05,
    };
    const ttftMs = Object.values(hops).reduce((sum, ms) => sum + ms, 0);
    const tokens = Math.max(2, Math.round(draw(120, 0.5)));
    const tpotMs = draw(18, 0.15);
    const e2eMs = ttftMs + (tokens - 1) * tpotMs;
    const lagMs = draw(0.5, 1);
    const common = {
      index,
      turn: 1,
      intendedMs: atMs,
      lagMs,
      endMs: atMs + lagMs + e2eMs,
      attempts: 1,
      retriesMs: 0,
      replaced: 0,
      hops,
    };
    if (index % 50 === 49) {
      const errorClass = index % 100 === 99 ? 'RateLimited' : `Transient${HOSTILE_TEXT}`;
      tally.add({ ...common, outcome: 'failed', errorClass, message: `no: ${HOSTILE_TEXT}` });
      continue;
    }
    const gaps = Array.from({ length: Math.min(tokens, 20) }, () => draw(18, 0.4));
    const speed = { kind: 'measured', tpotMs, tokensPerSecond: 1000 / tpotMs } as const;
    const counts = { outputTokens: tokens, promptTokens: Math.round(draw(400, 0.5)), tokensEstimated: false };
    const spread = { p50: 17, max: Math.max(...gaps) };
    tally.add({ ...common, outcome: 'complete', ttftMs, e2eMs, speed, gaps: spread, ...counts }, gaps);
  }
  const durationMs = tally.samples.at(-1)?.endMs ?? 0;
  return {
    version: 1,
    started_at: '2027-01-31T12:00:00.000Z',
    interrupted: false,
    load: {
      text: `100 arrivals/s ${HOSTILE_TEXT}`,
      loop: 'open',
      shard: null,
      seed: 1,
      turns: null,
      through: 'direct',
      prompts: { text: '' },
    },
    runs: [
      {
        ...{
          mode: 'made',
          model: `m ${HOSTILE_TEXT}`,
          url: 'http://127.0.0.1:1',
          started_at: '2027-01-31T12:00:00.000Z',
        },
        ...reportJson(tally.report(durationMs)),
        ...{ unsent: 0, conversations: null, turns: null, slo: [], checks: [] },
        instrument: {
          workers: 1,
          event_loop_delay_ms: { p50: 0, p99: 0.5, max: 2 },
          event_loop_utilization: 0.2,
          cpu_cores_used: 0.3,
          cpu_cores: 2,
        },
        ...{ samples: samplesJson(tally), histograms: histogramsJson(tally), requests: requestsJson(tally) },
      },
    ],
  };
}
