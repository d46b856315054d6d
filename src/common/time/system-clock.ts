/**
 * Returns the machine's monotonic clock in ms. All processes share it, so they can compare its values. A change of the
 * system's time does not affect it.
 */
export function systemClockMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
