/**
 * The longest wait of a test for an event, in ms. Then it fails with a description of the missing event. A busy machine
 * may need many times what an idle one needs; only a test that fails waits this long. Less than a test's own limit, so
 * that the description is printed.
 */
export const PATIENCE_MS = 60_000;

const TICK_MS = 100;

/**
 * Calls `onEnd` once this many ms have passed in which this process ran. A pause of the process counts as one tick: what
 * the test waits for needs the same machine.
 * @returns a function that ends the wait
 */
export function startPatience(onEnd: () => void, limitMs = PATIENCE_MS): () => void {
  let left = Math.ceil(limitMs / TICK_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    onEnd();
  }, TICK_MS);
  return () => clearInterval(timer);
}
