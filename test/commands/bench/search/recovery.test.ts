import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Engine, Test } from '../../../../src/commands/bench/engine/engine.js';
import { addBenchFlags, type BenchFlags } from '../../../../src/commands/bench/flags/flags.js';
import { searchLoads } from '../../../../src/commands/bench/search/search.js';
import { NO_SPEED } from '../../../../src/metrics/speed.js';

/** The service's single worker needs this long for each request, in ms: it can do 50/s. */
const WORK_MS = 20;
const LIMIT_MS = 100;
const LOADS = { from: 40, to: 80 };
const DURATION_S = 3;

const flags = addBenchFlags(new Command().exitOverride())
  .parse(['--slo', `ttft.p50<${LIMIT_MS}ms`, ...['--arrivals', 'constant', '--duration', `${DURATION_S}`]], {
    from: 'user',
  })
  .opts<BenchFlags>();

/**
 * Plays a service in virtual time. Its worker also works for clients that have gone: what a test has left in the queue
 * when it ends delays the requests of the next one.
 */
function engineWithBacklog(): Engine & { readonly backlogsMs: readonly number[] } {
  let nowMs = 0;
  let freeMs = 0;
  const backlogsMs: number[] = [];
  const answer = (index: number, startMs: number, intendedMs: number) => {
    freeMs = Math.max(freeMs, startMs + intendedMs) + WORK_MS;
    const endMs = freeMs - startMs;
    const tookMs = endMs - intendedMs;
    const sent = { index, turn: 1, intendedMs, endMs, lagMs: 0, attempts: 1, retriesMs: 0, replaced: 0 };
    const times = { ttftMs: tookMs, e2eMs: tookMs, speed: NO_SPEED, outputTokens: 1, tokensEstimated: false };
    return { ...sent, outcome: 'complete' as const, ...times };
  };
  /** Returns when the test ended, since its start. */
  const play = ({ flags: { rate, duration = 0 }, tally }: Test): number => {
    if (rate === undefined) {
      const alone = answer(0, nowMs, 0);
      tally.add(alone, []);
      return alone.endMs;
    }
    const endMs = duration * 1000;
    for (let index = 0; (index * 1000) / rate < endMs; index += 1) {
      const sample = answer(index, nowMs, (index * 1000) / rate);
      if (sample.endMs <= endMs) tally.add(sample, []);
    }
    return endMs;
  };
  return {
    backlogsMs,
    workers: 1,
    async run(test) {
      if (test.flags.rate !== undefined) backlogsMs.push(Math.max(0, freeMs - nowMs));
      const startedAtMs = nowMs;
      const tookMs = play(test);
      nowMs += tookMs;
      const count = test.tally.count;
      return [
        {
          ...{ startedAtMs, tookMs, unsent: 0, lateness: undefined, stopped: { requests: 0, ms: 0 } },
          conversations: { begun: count, complete: count, brokenOff: 0 },
          instrument: {
            eventLoopDelayMs: { p50: 0, p99: 0, max: 0 },
            ...{ eventLoopUtilization: 0, cpu: 0, cores: 2 },
          },
        },
      ];
    },
    close: async () => {},
  };
}

test('a backlog that a load leaves behind does not make the next loads miss the SLO', async () => {
  const engine = engineWithBacklog();
  const context = { engine, flags, label: 'test', turnsOf: () => 1, begun: 0, page: undefined };
  const plan = { type: 'find', kind: 'rate', range: LOADS } as const;
  const { curve } = await searchLoads(context, plan, new AbortController().signal);
  // 80/s leaves work of 1.8 s behind, which the loads between 40/s and 50/s never catch up with.
  const missed = curve.levels.filter(({ verdict }) => verdict?.kept === false);
  expect(missed.map(({ load }) => load)).toContain(LOADS.to);
  expect(curve.found?.kept).toBeGreaterThan(42);
  // A load that meets the SLO leaves less work than the SLO's limit.
  expect(engine.backlogsMs.length).toBeGreaterThanOrEqual(curve.levels.length);
  expect(Math.max(...engine.backlogsMs)).toBeLessThan(LIMIT_MS);
});
