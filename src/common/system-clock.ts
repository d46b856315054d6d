/**
 * The machine's monotonic clock in ms, which is the same in all its processes. A change of the system's time does not
 * move it, so two processes can compare its values.
 */
export function systemClockMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
