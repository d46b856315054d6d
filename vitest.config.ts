import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 15_000,
    hookTimeout: 20_000,
    // Most tests start real processes and sockets; two cores serve two files at a time best.
    maxWorkers: 2,
  },
});
