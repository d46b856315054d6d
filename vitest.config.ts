import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/slowest-first.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 15_000,
    hookTimeout: 20_000,
    // The files of a worker share their modules: each would need a tenth of a second and more to load them again.
    isolate: false,
    // On two cores: many tests wait for processes, sockets and time to pass.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
  },
});
