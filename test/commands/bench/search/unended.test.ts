import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Engine } from '../../../../src/commands/bench/engine/engine.js';
import { addBenchFlags, type BenchFlags } from '../../../../src/commands/bench/flags/flags.js';
import { searchLoads } from '../../../../src/commands/bench/search/search.js';

/** Its answers take longer than any test. */
const SLOW: Engine = {
  workers: 1,
  async run() {
    return [
      {
        ...{
          startedAtMs: 0,
          tookMs: 2000,
          unsent: 0,
          lateness: undefined,
          stopped: { requests: 3, ms: 6000 },
        },
        conversations: { begun: 3, complete: 0, brokenOff: 0 },
        instrument: {
          eventLoopDelayMs: { p50: 0, p99: 0, max: 0 },
          ...{ eventLoopUtilization: 0, cpu: 0, cores: 2 },
        },
      },
    ];
  },
  close: async () => {},
};

test('a search whose loads end before the first answer advises a longer duration', async () => {
  const flags = addBenchFlags(new Command().exitOverride())
    .parse(['--slo', 'ttft.p50<100ms', '--duration', '2'], { from: 'user' })
    .opts<BenchFlags>();
  const context = { engine: SLOW, flags, label: 'test', turnsOf: () => 1, begun: 0, page: undefined };
  const plan = { type: 'find', kind: 'rate', range: { from: 1, to: 9 } } as const;
  await expect(searchLoads(context, plan, new AbortController().signal)).rejects.toThrow(
    /^set a longer --duration, .*: no request ended in 2 s$/,
  );
});
