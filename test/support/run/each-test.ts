import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundEach } from 'vitest';

/**
 * Makes a value for each test of the file, also for tests at the same time, and closes it after the test.
 * @returns a function that returns the value of the running test
 */
export function forEachTest<T extends { close(): Promise<void> }>(make: () => Promise<T>): () => T {
  const values = new AsyncLocalStorage<T>();
  aroundEach(async (runTest) => {
    const value = await make();
    try {
      await values.run(value, runTest);
    } finally {
      await value.close();
    }
  });
  return () => {
    const value = values.getStore();
    if (value === undefined) throw new Error('no test runs here');
    return value;
  };
}
