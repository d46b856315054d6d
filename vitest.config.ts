import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './test/support/clocks/patience.js';
import { runFolder } from './test/support/run/run-folder.js';
import { SlowestFirst } from './test/support/run/slowest-first.js';
import { workersFor } from './test/support/run/workers.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    env: runFolder(),
    globalSetup: ['test/support/run/run-folder.ts'],
    setupFiles: ['test/support/run/same-samples.ts'],
    // These limits end a test that hangs, and are no measure of speed: a busy machine may need many times what an idle one needs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: PATIENCE_MS } },
    // The files of a worker share their modules: each would need a tenth of a second and more to load them again.
    isolate: false,
    maxWorkers: workersFor(process.argv.slice(2)),
    sequence: { sequencer: SlowestFirst },
  },
});
