import { afterEach } from 'vitest';

/** Returns an empty list. After each test, the functions in it are called one after another, in order, and removed. */
export function closedAfterEach(): Array<() => unknown> {
  const closing: Array<() => unknown> = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  return closing;
}
