/**
 * The machine's monotonic clock in ms, which is the same in all its processes. Setting the time does not move it, so two
 * processes can compare what it showed.
 */
export function systemClockMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
