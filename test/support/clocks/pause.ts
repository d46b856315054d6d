/**
 * Blocks this process for this time, in ms, like a process without CPU. Afterwards timers and reads are due at once.
 */
export function pauseProcess(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}
